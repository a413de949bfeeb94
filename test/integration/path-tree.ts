import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real tree of directories, a file, and links that lead well, nowhere, in circles and through many others. */
export async function makePathTree(): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'sandbox-master-paths-')));
  await mkdir(join(root, 'a/b/c'), { recursive: true });
  await mkdir(join(root, 'blank name'));
  await writeFile(join(root, 'file'), '');
  const links = {
    'to-b': 'a/b',
    'to-b-absolute': join(root, 'a/b'),
    'to-link': 'to-b',
    'to-file': 'file',
    'to-missing': 'nowhere/deep',
    'to-self': 'to-self',
    'to-pong': 'to-ping',
    'to-ping': 'to-pong',
    'a/up': '..',
    'a/b/to-root': '/',
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
  await symlink('.', join(root, 'chain-0'));
  for (let link = 1; link <= 45; link += 1) await symlink(`chain-${link - 1}`, join(root, `chain-${link}`));
  return root;
}
