import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '#child';
import { forgetPeak, residentBytes } from '#memory';
import { type Pair, takePairs } from '#pairs';
import { type Service } from '#service';
import { type Stage } from '#stage';
import { newChat, newWorkspace } from '#storage-chats';
import { download, type Transfers, upload, uploadForm } from '#transfer';

const BARE_FILES = join(import.meta.dirname, 'bare-files.ts');
const UPLOADED = 'uploaded.bin';
const MIB = 1024 * 1024;
/** Collections of garbage and write-backs of the last transfer are not to fall into the next. */
const SETTLE_MS = 200;

export interface FileSide extends Transfers {
  /** Where the files are; what is removed there the service takes for an agent's doing. */
  readonly directory: string;
}

export interface FileSides {
  readonly service: FileSide;
  readonly floor: FileSide;
}

type Transfer = (side: FileSide) => Promise<void>;

/** Both sides with a file of so many bytes to download. */
export async function setFileSides(stage: Stage, service: Service, bytes: number): Promise<FileSides> {
  const floor = await startBareFiles(stage);
  const { chatId } = await newChat(service, await newWorkspace(service));
  const files = `/api/v1/chats/${chatId}/files`;
  const side = (name: string): FileSide => ({
    port: service.port,
    directory: join(stage.chatsRoot, chatId),
    uploadPath: `${files}/by-name/${name}`,
    formPath: files,
    downloadPath: '',
  });
  await upload(side('download.bin'), bytes);
  const { items } = JSON.parse(await service.http.expect(200, 'GET', files)) as {
    items: { file_id: string }[];
  };
  await upload({ ...floor, uploadPath: floor.downloadPath }, bytes);
  return {
    floor,
    service: { ...side(UPLOADED), downloadPath: `${files}/${items[0]?.file_id ?? ''}/content` },
  };
}

async function startBareFiles(stage: Stage): Promise<FileSide> {
  const directory = join(stage.directory, 'bare-files');
  await mkdir(directory, { recursive: true });
  const child = new Child(BARE_FILES, [directory], process.env);
  stage.cleanups.add('bare file server', () => child.stop());
  const path = `/${UPLOADED}`;
  return {
    port: await child.port(),
    directory,
    uploadPath: path,
    formPath: path,
    downloadPath: '/download.bin',
  };
}

export interface LargeFileFigures {
  /** In MiB a second. */
  readonly rates: Pair[];
  /** What the service had before them, and the most that it had in any of them. */
  readonly memory: { readonly beforeBytes: number; readonly peakBytes: number };
}

/** One whole file at a time, alternately through the service and the floor. */
export async function measureLargeFiles(
  stage: Stage,
  service: Service,
  sides: FileSides,
  {
    kind,
    bytes,
    pairs,
  }: { readonly kind: keyof typeof TRANSFERS; readonly bytes: number; readonly pairs: number },
): Promise<LargeFileFigures> {
  const transfer: Transfer = (side) => TRANSFERS[kind](side, bytes);
  const take = async (side: FileSide): Promise<number> => {
    const beganMs = performance.now();
    await transfer(side);
    const seconds = (performance.now() - beganMs) / 1000;
    await removeUploaded(side);
    await sleep(SETTLE_MS);
    return bytes / MIB / seconds;
  };
  const { now: beforeBytes } = await residentBytes(service.pid);
  await forgetPeak(service.pid);
  const rates = await takePairs(pairs, sides, take, stage.signal);
  const { peak: peakBytes } = await residentBytes(service.pid);
  return { rates, memory: { beforeBytes, peakBytes } };
}

export const removeUploaded = ({ directory }: FileSide): Promise<void> =>
  rm(join(directory, UPLOADED), { force: true });

const TRANSFERS = {
  upload,
  form: (side: FileSide, bytes: number) => uploadForm(side, UPLOADED, bytes),
  download,
} as const;
