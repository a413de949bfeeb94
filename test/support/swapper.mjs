// What a hostile sandbox does while the service works: puts one thing after the other under the same names, as fast as
// it can, until it is killed. Arguments: the chat's directory, a directory of things to put there, the names.
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [chat, workshop, outside, ...names] = process.argv.slice(2);
/** Made before, by whoever may: a FIFO, a socket, devices. They are linked into place, which needs no right to make them. */
const ready = readdirSync(join(workshop, 'ready')).map((name) => join(workshop, 'ready', name));
const next = join(workshop, 'next');

const MAKERS = [
  () => writeFileSync(next, 'inside'),
  () => symlinkSync(join(outside, 'canary'), next),
  () => symlinkSync(outside, next),
  () => mkdirSync(next),
  () => {
    mkdirSync(next);
    writeFileSync(join(next, 'within'), 'inside');
  },
  ...ready.map((path) => () => linkSync(path, next)),
];

process.stdout.write('begun\n');
for (let turn = 0; ; turn += 1) {
  const path = join(chat, names[turn % names.length]);
  try {
    rmSync(next, { recursive: true, force: true });
    MAKERS[Math.floor(turn / names.length) % MAKERS.length]();
    if (turn % 3 !== 0) rmSync(path, { recursive: true, force: true });
    renameSync(next, path);
  } catch {
    // The service was there first, or a directory is: so much the better for the mess.
  }
}
