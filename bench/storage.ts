import { measureCreateDuringTransfers } from '#create-during-transfers';
import { type FileSides, measureLargeFiles, setFileSides } from '#large-files';
import { residentBytes } from '#memory';
import { atMostRow, ratioRow, type Row } from '#report';
import { Service } from '#service';
import { measureFlatness, measureSmallUploads } from '#small-files';
import { type Stage } from '#stage';
import { tell } from '#tell';

const MIB = 1024 * 1024;
const FULL = {
  bytes: 1024 * MIB,
  transfers: 5,
  files: 100_000,
  pairs: 60,
  windows: 6,
  windowMs: 1500,
  creates: 5,
};
const QUICK = {
  bytes: 128 * MIB,
  transfers: 3,
  files: 10_000,
  pairs: 15,
  windows: 2,
  windowMs: 500,
  creates: 2,
};
const CONNECTIONS = [1, 16];

const RATE = { atLeast: 0.7 };
const GROWTH_MIB = 64;
const FLAT = { atMost: 1.2 };

/** Nothing is refused: a limit that is met would be what is measured. */
const ENVIRONMENT = {
  APP_STORAGE_MAX_FILE_BYTES: String(2 ** 40),
  APP_STORAGE_WORKSPACE_QUOTA_BYTES: String(2 ** 40),
};

type Sizes = typeof FULL;

/** What files cost: through the service against a bare server that does the same to the disk. */
export async function measureStorage(stage: Stage, isQuick: boolean): Promise<Row[]> {
  const sizes = isQuick ? QUICK : FULL;
  const rows = await flatnessRows(stage, sizes);
  const { engineSocket } = stage;
  const service = await Service.start(stage, { engineSocket, environment: ENVIRONMENT });
  const idle = await residentBytes(service.pid);
  const sides = await setFileSides(stage, service, sizes.bytes);
  rows.unshift(...(await largeFileRows(stage, service, sides, { sizes, idleBytes: idle.now })));
  for (const connections of CONNECTIONS) {
    tell(`small uploads, ${connections} at a time, ${sizes.windows} pairs of windows`);
    const pairs = await measureSmallUploads(stage, service, sides.floor.port, { ...sizes, connections });
    rows.push(ratioRow(`uploads of 4 KiB, ${connections} at a time`, '/s', pairs));
  }
  tell(`create during transfers, ${sizes.creates} pairs each`);
  const { bytes, creates: pairs } = sizes;
  const creates = await measureCreateDuringTransfers(stage, service, sides, { bytes, pairs });
  await service.stop();
  return [
    ...rows,
    ratioRow('create during transfers, against none', 'ms', creates.againstRest),
    ratioRow('create during transfers, against bare ones', 'ms', creates.againstBare, FLAT),
  ];
}

async function largeFileRows(
  stage: Stage,
  service: Service,
  sides: FileSides,
  { sizes: { bytes, transfers: pairs }, idleBytes }: { readonly sizes: Sizes; readonly idleBytes: number },
): Promise<Row[]> {
  const figures = [
    ['upload', 'upload'],
    ['form', 'upload by a form'],
    ['download', 'download'],
  ] as const;
  const rows: Row[] = [];
  for (const [kind, name] of figures) {
    const figure = `${name} of ${bytes / MIB} MiB`;
    tell(`${figure}, ${pairs} pairs`);
    const { rates, memory } = await measureLargeFiles(stage, service, sides, { kind, bytes, pairs });
    // The lesser of the two: what the start has left in memory may be collected only now.
    const growthMib = (memory.peakBytes - Math.min(idleBytes, memory.beforeBytes)) / MIB;
    rows.push(ratioRow(figure, 'MiB/s', rates, RATE));
    rows.push(atMostRow(`${figure}: memory growth`, `${growthMib.toFixed(1)} MiB`, growthMib, GROWTH_MIB));
  }
  return rows;
}

async function flatnessRows(stage: Stage, { files, pairs }: Sizes): Promise<Row[]> {
  tell(`uploads of 4 KiB beside ${files} files, ${pairs} pairs each`);
  const flat = await measureFlatness(stage, ENVIRONMENT, { count: files, pairs });
  return [
    ratioRow(`upload of 4 KiB, ${files} files in other chats`, 'ms', flat.otherChats, FLAT),
    ratioRow(`upload of 4 KiB, ${files} files in the chat`, 'ms', flat.sameChat, FLAT),
  ];
}
