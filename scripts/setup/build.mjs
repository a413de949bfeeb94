import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { npmCall } from './npm.mjs';
import { step } from './progress.mjs';
import { inProject } from './project.mjs';
import { requireCommand } from './run-command.mjs';

const BUILD_MS = 5 * 60_000;
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

/** `npm run build`, where dist is missing, incomplete or older than what it is made of. */
export async function ensureBuild() {
  if (isBuilt()) return;
  const [command, args, env] = npmCall(['run', 'build']);
  try {
    await step('Building the service', () => requireCommand(command, args, { timeoutMs: BUILD_MS, env }));
  } catch (error) {
    // The compiler writes its output also when it finds errors; the next run must not take that for a build.
    rmSync(inProject('dist'), { recursive: true, force: true });
    throw error;
  }
}

function isBuilt() {
  const sources = sourceFiles(inProject('src'));
  const outputs = sources.map((path) =>
    inProject('dist', relative(inProject('src'), path)).replace(/\.ts$/, '.js'),
  );
  if (!outputs.every(existsSync)) return false;
  const oldest = Math.min(...outputs.map(changedMs));
  return [...sources, ...SETTINGS.map((name) => inProject(name))].every((path) => changedMs(path) < oldest);
}

const changedMs = (path) => statSync(path).mtimeMs;

const sourceFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
