// A process of a sandbox with its working directory in what the service is taking away: a rename does not end that. It
// makes names as fast as it can until it is killed, so no removal of the tree ends well, and has whatever walks the tree
// by paths meet files and directories that turn into something from outside. Arguments: the directory to work in, a file
// and a directory outside.
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const [home, file, directory] = process.argv.slice(2);
process.chdir(home);

/** Each leaves something at `next`. */
const MAKERS = [
  () => linkSync(file, 'next'),
  () => writeFileSync('next', 'inside', { mode: 0 }),
  () => symlinkSync(file, 'next'),
  () => mkdirSync('next', 0),
  () => symlinkSync(directory, 'next'),
];

process.stdout.write('begun\n');
for (let turn = 0; ; turn += 1) {
  const name = `name-${turn % 3}`;
  try {
    MAKERS[turn % MAKERS.length]();
    rmSync(name, { recursive: true, force: true });
    renameSync('next', name);
    linkSync(file, `kept-${turn % 50}`);
  } catch {
    // The service was there first: what it took is made again.
  }
}
