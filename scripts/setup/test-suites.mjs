import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmCall } from './npm.mjs';
import { say } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const SUITE_MS = 60 * 60_000;
/** `checks`: what needs no test (format, lint, types, boundaries, unused code). The others are Jest's projects. */
const SUITES = ['checks', 'unit', 'contract', 'integration', 'e2e'];

/** `[suite...] [arguments for Jest...]`; no suite: all. @throws SetupError */
export function chooseSuites(words) {
  const firstOther = words.findIndex((word) => !SUITES.includes(word));
  const split = firstOther === -1 ? words.length : firstOther;
  if (words[split] !== undefined && split === 0 && !words[split].startsWith('-')) {
    throw new SetupError(`${words[split]} is no suite; there are ${SUITES.join(', ')}.`);
  }
  return { suites: split === 0 ? SUITES : words.slice(0, split), jestArguments: words.slice(split) };
}

/** @returns {Promise<{ suite: string, code: number, passed: number, failed: number }>} */
export async function runSuite(suite, jestArguments) {
  say(`\n== ${suite} ==`);
  return suite === 'checks' ? runChecks(suite) : runJest(suite, jestArguments);
}

async function runChecks(suite) {
  return { suite, code: await runScript(suite, []), passed: 0, failed: 0 };
}

async function runJest(suite, jestArguments) {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-master-results-'));
  const report = join(folder, 'report.json');
  try {
    const code = await runScript(`test:${suite}`, ['--json', `--outputFile=${report}`, ...jestArguments]);
    return { suite, code, ...countsOf(report, code) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A script of package.json, as anyone can run it alone. */
async function runScript(name, scriptArguments) {
  const [command, args, env] = npmCall(['run', '--silent', name, '--', ...scriptArguments]);
  const { code } = await runCommand(command, args, { timeoutMs: SUITE_MS, env, output: 'shown' });
  return code;
}

/** A test file that could not be run counts as one failure, and so does a run without a report. */
function countsOf(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: code === 0 ? 0 : 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}
