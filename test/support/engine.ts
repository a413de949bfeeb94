import Docker from 'dockerode';
import { eventually } from './eventually.js';

/** Where the engine that tests run against answers. */
export const ENGINE_SOCKET = '/var/run/docker.sock';

/** Names what one test file makes, so that all of it is found and removed again. */
export const INSTANCE_PREFIX = 'test-';

export const engine = new Docker({ socketPath: ENGINE_SOCKET, host: undefined });

/** Every container of the instance, whatever its state. */
export async function containersOf(instance: string): Promise<Docker.ContainerInfo[]> {
  return engine.listContainers({ all: true, filters: { label: [`instance=${instance}`] } });
}

export async function containersOfChat(instance: string, chatId: string): Promise<Docker.ContainerInfo[]> {
  return (await containersOf(instance)).filter(({ Labels }) => Labels.chat_id === chatId);
}

/** Of the instance, what holds networks: those that wait, and those that are some sandbox's. */
export async function holdersOf(
  instance: string,
): Promise<{ readonly ready: Docker.ContainerInfo[]; readonly taken: Docker.ContainerInfo[] }> {
  const holders = (await containersOf(instance)).filter(({ Labels }) => Labels.role === 'network-holder');
  const isTaken = ({ State }: Docker.ContainerInfo): boolean => State === 'paused';
  return { ready: holders.filter((holder) => !isTaken(holder)), taken: holders.filter(isTaken) };
}

/** Removes every container and network of the instance. */
export async function removeAllOf(instance: string): Promise<void> {
  // Those that are on their way out already, as holders whose service has ended, are in the network's way till they are gone.
  await eventually(async () => {
    const containers = await containersOf(instance);
    await Promise.all(containers.map(({ Id }) => removeContainer(Id)));
    return containers.length === 0;
  }, 'no container is left');
  const networks = await engine.listNetworks({ filters: { label: [`instance=${instance}`] } });
  for (const { Id } of networks) await engine.getNetwork(Id).remove();
}

/** Removes the container if it is there. */
export async function removeContainer(id: string): Promise<void> {
  try {
    await engine.getContainer(id).remove({ force: true });
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}
