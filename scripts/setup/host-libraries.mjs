import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './run-command.mjs';

const LDD_MS = 10_000;
/** glibc loads these by name when it looks an address up; newer ones have them built in. */
const LOOKED_UP_BY_GLIBC = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

/** @returns {Promise<string[]>} the shared libraries that a program needs to run, its loader included */
export async function librariesOf(program) {
  const { code, output } = await runCommand('ldd', [program], { timeoutMs: LDD_MS });
  // ldd ends with 1 for a program that is static.
  if (code !== 0) return [];
  const paths = [...output.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path]) => path);
  const libc = paths.find((path) => /\/libc\.so/.test(path));
  const more = libc === undefined ? [] : LOOKED_UP_BY_GLIBC.map((name) => join(dirname(libc), name));
  return [...paths, ...more.filter(existsSync)];
}
