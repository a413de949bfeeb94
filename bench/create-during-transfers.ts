import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FileSide, type FileSides, removeUploaded } from '#large-files';
import { median, type Pair, takePairs } from '#pairs';
import { type Service } from '#service';
import { type Stage } from '#stage';
import { download, upload } from '#transfer';

const CREATES = 3;
/** Until both transfers are on their way. */
const UNDER_WAY_MS = 200;
const SETTLE_MS = 100;

export interface CreateFigures {
  /** Against creates while nothing else goes on: what the machine is short of is in it as well. */
  readonly againstRest: Pair[];
  /** Against creates while the same goes on between the same client and the bare server. */
  readonly againstBare: Pair[];
}

/** Creates sandboxes of other chats while a file is uploaded and one is downloaded, over and over. */
export async function measureCreateDuringTransfers(
  stage: Stage,
  service: Service,
  { service: own, floor: bare }: FileSides,
  { bytes, pairs }: { readonly bytes: number; readonly pairs: number },
): Promise<CreateFigures> {
  const take = (side: FileSide | null): Promise<number> =>
    side === null ? createMs(service) : during(side, bytes, () => createMs(service));
  await createMs(service);
  return {
    againstRest: await takePairs(pairs, { service: own, floor: null }, take, stage.signal),
    againstBare: await takePairs(pairs, { service: own, floor: bare }, take, stage.signal),
  };
}

async function during<T>(side: FileSide, bytes: number, work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const repeated = async (transfer: () => Promise<void>): Promise<void> => {
    while (!isOver) await transfer();
  };
  const transfers = Promise.all([
    repeated(async () => {
      await upload(side, bytes);
      await removeUploaded(side);
    }),
    repeated(() => download(side, bytes)),
  ]);
  try {
    await sleep(UNDER_WAY_MS);
    return await work();
  } finally {
    isOver = true;
    await transfers;
  }
}

/** The median of a few. */
async function createMs(service: Service): Promise<number> {
  const times: number[] = [];
  while (times.length < CREATES) {
    const chatId = randomUUID();
    await service.http.warm(1, '/livez');
    const beganMs = performance.now();
    await service.create(chatId);
    times.push(performance.now() - beganMs);
    await service.delete(chatId);
    await sleep(SETTLE_MS);
  }
  return median(times);
}
