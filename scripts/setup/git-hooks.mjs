// `npm install` and `npm ci` run this as `prepare`: git then uses the hooks of .githooks. It never fails an
// installation, since a copy without git, as in an image, is as good.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inProject, PROJECT_ROOT } from './project.mjs';

const GIT_MS = 10_000;

// In a copy inside another work tree git would change that one's settings.
if (existsSync(inProject('.git'))) {
  const { status, error, stderr } = spawnSync('git', ['config', 'core.hooksPath', '.githooks'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    timeout: GIT_MS,
  });
  if (status !== 0) process.stderr.write(`The git hooks are not installed: ${error?.message ?? stderr}\n`);
}
