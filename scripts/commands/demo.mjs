import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadServiceConfiguration } from '../setup/configuration.mjs';
import { DEMO_VOLUME, ensureDemoVolume } from '../setup/demo-volume.mjs';
import { interruption } from '../setup/interruption.mjs';
import { prepare } from '../setup/prepare.mjs';
import { say, step } from '../setup/progress.mjs';
import { inProject } from '../setup/project.mjs';
import { findFreePort, isServed, localUrl } from '../setup/service-address.mjs';
import { SetupError } from '../setup/setup-error.mjs';

const CALL_MS = 120_000;
const AGENT_CALL_MS = 5_000;
const AGENT_START_MS = 10_000;
const SERVICE_START_MS = 60_000;
const SERVICE_STOP_MS = 60_000;
const POLL_MS = 100;

export async function main() {
  const running = await findRunningService();
  if (running !== null) {
    say(`Using the service at ${running.url}`);
    await tour(running);
    return 0;
  }
  const service = await startService();
  try {
    await tour(service);
  } finally {
    await stopService(service.child);
  }
  return 0;
}

async function findRunningService() {
  // Before the first build nothing of this checkout can be running.
  if (!existsSync(inProject('dist/config/load-configuration.js'))) return null;
  const { http, security } = await loadServiceConfiguration();
  const url = localUrl(http);
  return (await isServed(url)) ? { url, security } : null;
}

async function startService() {
  const { configuration } = await prepare();
  const { host } = configuration.http;
  const port = await findFreePort(host);
  const url = localUrl({ host, port });
  const child = spawn(process.execPath, ['--enable-source-maps', inProject('dist/main.js')], {
    cwd: inProject(),
    env: {
      ...process.env,
      APP_HTTP_PORT: String(port),
      APP_LOGGING_LEVEL: 'warn',
      APP_LOGGING_FORMAT: 'text',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    await step(`No service is running; starting one at ${url} for this demo`, () => untilServed(url, child));
  } catch (error) {
    await stopService(child);
    throw error;
  }
  return { url, security: configuration.security, child };
}

async function untilServed(url, child) {
  const endMs = performance.now() + SERVICE_START_MS;
  while (!(await isServed(url))) {
    interruption.throwIfAborted();
    if (child.exitCode !== null) throw new SetupError(`The service ended with ${child.exitCode}.`);
    if (performance.now() > endMs) throw new SetupError('The service did not start in time.');
    await sleep(POLL_MS);
  }
}

async function stopService(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const last = setTimeout(() => child.kill('SIGKILL'), SERVICE_STOP_MS);
  await ended;
  clearTimeout(last);
}

async function tour({ url, security }) {
  const client = clientOf(url, security);
  ensureDemoVolume();
  // A user of its own, so that nothing of anybody is in the way.
  const workspace = await client.json('POST', '/api/v1/workspaces', { user_id: randomUUID() });
  try {
    await inWorkspace(client, workspace.workspace_id);
  } finally {
    // Also after a failure or an interruption: the demo leaves nothing behind.
    await client.send('DELETE', `/api/v1/workspaces/${workspace.workspace_id}`);
  }
}

async function inWorkspace(client, workspaceId) {
  const { chat_id: chatId } = await client.json('POST', `/api/v1/workspaces/${workspaceId}/chats`, {});
  const files = `/api/v1/chats/${chatId}/files`;
  await client.send('PUT', `${files}/by-name/question.txt`, {
    headers: { 'Content-Type': 'text/plain' },
    body: 'What is the answer?\n',
  });
  try {
    await inSandbox(client, chatId);
  } finally {
    await client.send('DELETE', `/api/v1/sandboxes/${chatId}`);
  }
  // The sandbox is gone; what its agent wrote is not.
  const { items } = JSON.parse(await client.send('GET', files));
  const reply = items.find(({ name }) => name === 'reply.txt');
  if (reply === undefined) throw new SetupError("The agent's file is not among the chat's files.");
  await client.send('GET', `${files}/${reply.file_id}/content`);
}

async function inSandbox(client, chatId) {
  const body = { chat_id: chatId, agent_id: 'agent-demo', volume_host_path: DEMO_VOLUME };
  const sandbox = await client.json('POST', '/api/v1/create', body);
  const agent = `http://${sandbox.endpoint.ip}:${sandbox.endpoint.port}`;
  await askAgent(`${agent}/health`);
  await askAgent(`${agent}/`);
  await askAgent(`${agent}/cgi-bin/reply.cgi?from=question.txt&to=reply.txt`);
}

/** Sends requests to the service and shows them with their answers. */
function clientOf(url, { requireToken, tokenHeader, apiToken }) {
  const token = requireToken ? { [tokenHeader]: apiToken } : {};
  const send = async (method, path, { headers = {}, body } = {}) => {
    const signal = AbortSignal.timeout(CALL_MS);
    const answer = await ask(method, `${url}${path}`, {
      method,
      headers: { ...headers, ...token },
      body,
      signal,
    });
    const text = await answer.text();
    say(`${method} ${url}${path}\n  ${answer.status} ${text.trimEnd()}`);
    if (!answer.ok) throw new SetupError(`The service refused ${method} ${path}; its log says why.`);
    return text;
  };
  const json = async (method, path, body) =>
    JSON.parse(
      await send(method, path, {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  return { send, json };
}

/** The service does not wait for the agent (`sandbox.ready_timeout_seconds`), so the first calls may come too early. */
async function askAgent(url) {
  const endMs = performance.now() + AGENT_START_MS;
  for (;;) {
    try {
      const answer = await ask('GET', url, { signal: AbortSignal.timeout(AGENT_CALL_MS) });
      say(`GET ${url}\n  ${answer.status} ${(await answer.text()).trimEnd()}`);
      if (!answer.ok) {
        throw new SetupError(
          `The agent answered ${answer.status}. Is ai-agent:latest another image than this checkout's? ` +
            'Then `docker rmi ai-agent:latest` lets the next run build it.',
        );
      }
      return;
    } catch (error) {
      interruption.throwIfAborted();
      if (!(error instanceof NoAnswer) || performance.now() > endMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

class NoAnswer extends SetupError {}

async function ask(method, url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    throw new NoAnswer(`${method} ${url}: no answer (${error.cause?.code ?? error.message})`);
  }
}
