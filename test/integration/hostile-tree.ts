import { execFile } from 'node:child_process';
import { chmod, mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a sandbox may leave to whoever is to remove it: depth beyond any path, closed doors, names that are no text. */
export async function buildHostileTree(top: string, linkTarget: string): Promise<void> {
  await symlink(linkTarget, join(top, 'link'));
  await promisify(execFile)('mkfifo', [join(top, 'fifo')]);
  await mkdir(join(top, 'closed'));
  await mkdir(Buffer.concat([Buffer.from(`${top}/closed/`), Buffer.from([0xff, 0xfe, 0x0a])]), 0o000);
  await writeFile(Buffer.concat([Buffer.from(`${top}/closed/`), Buffer.from([0x80])]), 'x');
  await chmod(join(top, 'closed'), 0o000);
  let at = await open(top);
  for (let depth = 0; depth < 60; depth += 1) {
    const next = `/proc/self/fd/${at.fd}/${'d'.repeat(200)}`;
    await mkdir(next);
    const deeper = await open(next);
    await at.close();
    at = deeper;
  }
  await writeFile(`/proc/self/fd/${at.fd}/end`, 'x');
  await at.chmod(0o000);
  await at.close();
}
