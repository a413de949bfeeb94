import { engine, removeContainer } from '../../support/engine.js';
import { ENGINE_SECONDS, MatrixWorld, QUEUE_SECONDS } from './world.js';

/** What the service is doing when it meets a fault. */
export const OPERATIONS = ['create', 'delete', 'sweep', 'reconcile'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What the chat has at that time. */
export const STATES = ['none', 'active', 'expired', 'dead', 'removing'] as const;
export type State = (typeof STATES)[number];

/** A chat in its state, and how to have the engine finish what it seems to be at. */
export interface Staged {
  readonly chatId: string;
  /** The container that the state is about. */
  readonly containerId: string | null;
  readonly finish: () => Promise<void>;
}

const nothingToFinish = (): Promise<void> => Promise.resolve();

export async function stage(world: MatrixWorld, state: State): Promise<Staged> {
  const chatId = MatrixWorld.newChat();
  await world.fillPool();
  if (state === 'none') return { chatId, containerId: null, finish: nothingToFinish };
  const { status, body } = await world.create(chatId);
  const containerId = body.container_id ?? '';
  if (status !== 200) throw new Error(`no sandbox to begin with: ${status} ${JSON.stringify(body)}`);
  await world.fillPool();
  const container = engine.getContainer(containerId);
  if (state === 'expired') world.expireAll();
  if (state === 'dead') {
    await container.kill();
    await container.wait();
  }
  if (state !== 'removing') return { chatId, containerId, finish: nothingToFinish };
  const stopPretending = world.proxy.pretendRemoving(containerId);
  const finish = async (): Promise<void> => {
    // A request of the service's may have got through to the engine.
    await removeContainer(containerId);
    stopPretending();
  };
  return { chatId, containerId, finish };
}

export interface Performed {
  /** The answer's status; for what is no request: 200, or 500 where it threw. */
  readonly status: number;
  readonly containerId: string | null;
  readonly ip: string | null;
  readonly ms: number;
}

const NO_ANSWER = { containerId: null, ip: null };

export async function perform(world: MatrixWorld, operation: Operation, chatId: string): Promise<Performed> {
  const beganMs = performance.now();
  const done = await WAYS[operation](world, chatId);
  return { ...done, ms: performance.now() - beganMs };
}

const WAYS: Readonly<
  Record<Operation, (world: MatrixWorld, chatId: string) => Promise<Omit<Performed, 'ms'>>>
> = {
  create: async (world, chatId) => {
    const { status, body } = await world.create(chatId);
    return { status, containerId: body.container_id ?? null, ip: body.endpoint?.ip ?? null };
  },
  delete: async (world, chatId) => ({ ...NO_ANSWER, status: (await world.delete(chatId)).status }),
  sweep: async (world) => {
    const status = await world.sweep().then(
      () => 200,
      () => 500,
    );
    return { ...NO_ANSWER, status };
  },
  reconcile: async (world) => {
    await world.stop();
    await world.start();
    await world.untilReconciled();
    return { ...NO_ANSWER, status: 200 };
  },
};

const SLACK_MS = 1500;

/** What each may take: 02-lifecycle for requests; for the others what the deadlines of their calls add up to. */
export const LIMIT_MS: Readonly<Record<Operation, number>> = {
  create: (QUEUE_SECONDS + 3 * ENGINE_SECONDS) * 1000 + SLACK_MS,
  delete: 2 * ENGINE_SECONDS * 1000 + SLACK_MS,
  sweep: 4 * ENGINE_SECONDS * 1000 + SLACK_MS,
  reconcile: 15_000,
};

/** The statuses that each may end with when one call of the engine's went wrong. */
export const ALLOWED: Readonly<Record<Operation, readonly number[]>> = {
  create: [200, 500, 503],
  delete: [200, 500],
  sweep: [200, 500],
  reconcile: [200],
};
