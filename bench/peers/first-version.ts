import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import Docker from 'dockerode';
import { type FirstVersionSettings } from '#peers/first-version-settings';

/*
 * What a first version of such a service looks like, and works in a demonstration: no lock, no check of what it is told,
 * the engine asked anew for everything. It tells its port once it has looked at what runs.
 */

interface CreateRequest {
  readonly chat_id: string;
  readonly agent_id: string;
  readonly volume_host_path: string;
}

interface Sandbox {
  readonly chat_id: string;
  readonly container_id: string;
  readonly endpoint: { readonly ip: string; readonly port: number };
}

const PORT = 8000;
const settings = JSON.parse(process.argv[2] ?? '{}') as FirstVersionSettings;
const docker = new Docker({ socketPath: settings.engineSocket });
const sandboxes = new Map<string, Sandbox>();

async function inspect(chatId: string, containerId: string): Promise<Sandbox> {
  const { NetworkSettings } = await docker.getContainer(containerId).inspect();
  const ip = NetworkSettings.Networks[settings.network]?.IPAddress ?? '';
  return { chat_id: chatId, container_id: containerId, endpoint: { ip, port: PORT } };
}

async function reconcile(): Promise<void> {
  const label = [`instance=${settings.instance}`, 'chat_id'];
  for (const { Id, Labels } of await docker.listContainers({ filters: { label } })) {
    const chatId = Labels.chat_id ?? '';
    sandboxes.set(chatId, await inspect(chatId, Id));
  }
}

async function create({ chat_id, agent_id, volume_host_path }: CreateRequest): Promise<Sandbox> {
  const label = [`instance=${settings.instance}`, `chat_id=${chat_id}`];
  const [running] = await docker.listContainers({ filters: { label } });
  if (running !== undefined) return inspect(chat_id, running.Id);
  const chatDirectory = join(settings.chatsRoot, chat_id);
  await mkdir(chatDirectory, { recursive: true });
  const container = await docker.createContainer({
    Image: settings.image,
    Labels: { instance: settings.instance, chat_id, agent_id },
    Env: [`AGENT_ID=${agent_id}`],
    HostConfig: {
      NetworkMode: settings.network,
      Binds: [`${chatDirectory}:/workspace/chat`, `${volume_host_path}:/workspace/volume`],
      Memory: 512 * 1024 * 1024,
      NanoCpus: 1e9,
      PidsLimit: 256,
      ...settings.hostConfig,
    },
  });
  await container.start();
  const sandbox = await inspect(chat_id, container.id);
  sandboxes.set(chat_id, sandbox);
  return sandbox;
}

async function remove(chatId: string): Promise<void> {
  const sandbox = sandboxes.get(chatId);
  if (sandbox === undefined) return;
  const container = docker.getContainer(sandbox.container_id);
  await container.stop();
  await container.remove();
  sandboxes.delete(chatId);
}

const server = createServer((request, response) => {
  const answer = async (): Promise<unknown> => {
    if (request.method === 'POST') return create((await json(request)) as CreateRequest);
    const chatId = request.url?.split('/').pop() ?? '';
    await remove(chatId);
    return { chat_id: chatId };
  };
  answer().then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

await reconcile();
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
