import Docker from 'dockerode';

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

/** Removes every container and network of the instance. */
export async function removeAllOf(instance: string): Promise<void> {
  const containers = await containersOf(instance);
  await Promise.all(containers.map(({ Id }) => removeContainer(Id)));
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
