import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { HttpClient } from '#http-client';
import { type Pair, takePairs } from '#pairs';
import { plantFiles } from '#planted-files';
import { Service } from '#service';
import { type Stage } from '#stage';
import { newChat, newWorkspace, putFile, type StoredChat } from '#storage-chats';

const CONTENT = randomBytes(2048).toString('hex');
const WARM_UPS = 5;
/** Chats that share what the uploading one does not hold itself. */
const FULL_CHATS = 10;

/** Stores 4 KiB under a new name. */
type Upload = () => Promise<unknown>;

export interface FlatFigures {
  /** The files lie in other chats of the workspace. */
  readonly otherChats: Pair[];
  /** The files lie in the very chat. */
  readonly sameChat: Pair[];
}

/** Uploads into workspaces that hold `count` files against such into an empty one of a service that holds nothing else. */
export async function measureFlatness(
  stage: Stage,
  environment: Readonly<Record<string, string>>,
  { count, pairs }: { readonly count: number; readonly pairs: number },
): Promise<FlatFigures> {
  const chatsRoot = join(stage.directory, 'full-chats');
  const database = join(stage.directory, 'database', 'full.db');
  const full = {
    ...environment,
    APP_SANDBOX_CHATS_ROOT: chatsRoot,
    APP_STORAGE_DATABASE_URL: `sqlite:${database}`,
  };
  const { engineSocket } = stage;
  const planting = await Service.start(stage, { engineSocket, environment: full });
  const [others, full1] = [await newWorkspace(planting), await newWorkspace(planting)];
  const besides = await newChat(planting, others);
  const very = await newChat(planting, full1);
  const filled: StoredChat[] = [];
  while (filled.length < FULL_CHATS) filled.push(await newChat(planting, others));
  await planting.stop();
  for (const chat of filled) plantFiles({ database, chatsRoot }, chat, count / FULL_CHATS);
  plantFiles({ database, chatsRoot }, very, count);

  const service = await Service.start(stage, { engineSocket, environment: full });
  const empty = await Service.start(stage, { engineSocket, environment });
  const chat = await newChat(empty, await newWorkspace(empty));
  const floor = uploadTo(empty, chat);
  const take = (upload: Upload): Promise<number> => timed(upload);
  const against = async (upload: Upload): Promise<Pair[]> => {
    await takePairs(WARM_UPS, { service: upload, floor }, take, stage.signal);
    return takePairs(pairs, { service: upload, floor }, take, stage.signal);
  };
  const figures = {
    otherChats: await against(uploadTo(service, besides)),
    sameChat: await against(uploadTo(service, very)),
  };
  await service.stop();
  await empty.stop();
  return figures;
}

const uploadTo =
  (service: Service, chat: StoredChat): Upload =>
  () =>
    putFile(service, chat, randomUUID(), CONTENT);

async function timed(upload: Upload): Promise<number> {
  const beganMs = performance.now();
  await upload();
  return performance.now() - beganMs;
}

/** Uploads a second over so many connections, each into a workspace of its own, against the bare file server. */
export async function measureSmallUploads(
  stage: Stage,
  service: Service,
  barePort: number,
  sizes: { readonly connections: number; readonly windows: number; readonly windowMs: number },
): Promise<Pair[]> {
  const bare = new HttpClient({ host: '127.0.0.1', port: barePort });
  const uploads: Upload[] = [];
  while (uploads.length < sizes.connections)
    uploads.push(uploadTo(service, await newChat(service, await newWorkspace(service))));
  const bareUploads = uploads.map((): Upload => () => bare.expect(201, 'PUT', `/${randomUUID()}`, CONTENT));
  const take = (all: readonly Upload[]): Promise<number> => uploadsPerSecond(all, sizes.windowMs);
  for (const all of [uploads, bareUploads]) await take(all);
  const pairs = await takePairs(sizes.windows, { service: uploads, floor: bareUploads }, take, stage.signal);
  bare.close();
  return pairs;
}

async function uploadsPerSecond(uploads: readonly Upload[], windowMs: number): Promise<number> {
  const beganMs = performance.now();
  let count = 0;
  const loop = async (upload: Upload): Promise<void> => {
    while (performance.now() - beganMs < windowMs) {
      await upload();
      count += 1;
    }
  };
  await Promise.all(uploads.map(loop));
  return (count * 1000) / (performance.now() - beganMs);
}
