import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_VOLUME } from '../setup/demo-volume.mjs';
import { startInForeground } from '../setup/foreground.mjs';
import { interruption } from '../setup/interruption.mjs';
import { prepare } from '../setup/prepare.mjs';
import { say } from '../setup/progress.mjs';
import { findFreePort, isServed, localUrl, whyNotFree } from '../setup/service-address.mjs';
import { SetupError } from '../setup/setup-error.mjs';

const POLL_MS = 100;

/** @returns the service's exit code */
export async function main() {
  const { configuration } = await prepare();
  const { host } = configuration.http;
  const port = configuration.http.port === 0 ? await findFreePort(host) : configuration.http.port;
  await assertFree({ host, port });
  const { child, exitCode } = startInForeground(
    process.execPath,
    ['--enable-source-maps', '--import', './dist/observability/start-telemetry.js', 'dist/main.js'],
    // People read this terminal; a choice of theirs wins.
    { APP_LOGGING_FORMAT: 'text', ...process.env, APP_HTTP_PORT: String(port) },
  );
  const url = localUrl({ host, port });
  const isUp = () => child.exitCode === null && child.signalCode === null && !interruption.aborted;
  await Promise.race([exitCode, untilServed(url, isUp)]);
  if (isUp()) say(hints(url, configuration.security));
  return exitCode;
}

/** The service would say so as well, but until then whoever has the port would be taken for it. */
async function assertFree(address) {
  const reason = await whyNotFree(address);
  if (reason === null) return;
  const url = localUrl(address);
  throw new SetupError(
    (await isServed(url))
      ? `Sandbox Master already runs at ${url}. APP_HTTP_PORT=<port> npm start starts another.`
      : `Cannot listen on ${address.host} port ${address.port} (${reason}). APP_HTTP_PORT=<port> npm start takes another.`,
  );
}

async function untilServed(url, isUp) {
  while (isUp() && !(await isServed(url))) await sleep(POLL_MS);
}

/** The call works as printed. A token is named and not shown. */
function hints(url, { requireToken, tokenHeader }) {
  const body = JSON.stringify({
    chat_id: '11111111-1111-1111-1111-111111111111',
    agent_id: 'agent-local',
    volume_host_path: DEMO_VOLUME,
  });
  const token = requireToken ? ` -H "${tokenHeader}: $APP_API_TOKEN"` : '';
  return [
    '',
    `Swagger UI: ${url}/docs`,
    'Create a sandbox:',
    `  curl -sS -X POST ${url}/api/v1/create -H 'Content-Type: application/json'${token} -d '${body}'`,
    'The endpoint in the answer is its agent: http://<ip>:<port>/ there tells what the sandbox can see.',
    '',
  ].join('\n');
}
