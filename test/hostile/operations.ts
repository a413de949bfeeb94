import { randomUUID } from 'node:crypto';
import type { Call, Reply } from './caller.js';
import { type Random } from '../machines/random.js';

/** What the API's clients and the swappers both use. */
export const NAMES = ['history.md', 'report.txt', 'a', 'b', 'c.json', 'data', 'notes', 'Datei-ü'];
const ATTACHMENTS = NAMES.filter((name) => name !== 'history.md');
const MAX_UPLOAD_BYTES = 24_000;
const BOUNDARY = 'the-boundary';

export interface Target {
  readonly chatId: string;
  readonly workspaceId: string;
  /** Of the last list. */
  fileIds: readonly string[];
}

export interface Operation {
  readonly route: string;
  readonly call: Call;
  /** What 01-api specifies for it. */
  readonly allowed: readonly Reply['outcome'][];
}

type Maker = (target: Target, random: Random) => Operation;

const chatPath = ({ chatId }: Target): string => `/api/v1/chats/${chatId}`;
const filePath = (target: Target, random: Random): string => {
  const { fileIds } = target;
  return `${chatPath(target)}/files/${fileIds.length === 0 ? randomUUID() : random.pick(fileIds)}`;
};
const someBytes = (random: Random): Buffer =>
  Buffer.alloc(random.below(MAX_UPLOAD_BYTES), `uploaded ${random.below(1000)} `);

function formOf(name: string, bytes: Buffer): Pick<Call, 'headers' | 'body'> {
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
  const head = `--${BOUNDARY}\r\n${disposition}\r\nContent-Type: text/plain\r\n\r\n`;
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}

/** At least 32 bytes, so that a canary's mark would be in it whole. */
const rangeOf = (random: Random): string => {
  const start = random.below(200);
  return random.below(3) === 0 ? 'bytes=-64' : `bytes=${start}-${start + 40 + random.below(400)}`;
};

const WRITTEN = [200, 201, 409, 413] as const;
const TEXT = { 'Content-Type': 'text/markdown' };

/** Each as often as its number says, in a hundred; few of those that wait for the disk, so that many can be made. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [
    18,
    (target) => ({
      route: 'list',
      call: { method: 'GET', path: `${chatPath(target)}/files` },
      allowed: [200],
    }),
  ],
  [
    13,
    (target, random) => ({
      route: 'get',
      call: { method: 'GET', path: filePath(target, random) },
      allowed: [200, 404],
    }),
  ],
  [
    24,
    (target, random) => ({
      route: 'download',
      call: { method: 'GET', path: `${filePath(target, random)}/content` },
      allowed: [200, 404, 'cut'],
    }),
  ],
  [
    14,
    (target, random) => ({
      route: 'download range',
      call: {
        method: 'GET',
        path: `${filePath(target, random)}/content`,
        headers: { Range: rangeOf(random) },
      },
      allowed: [200, 206, 404, 416, 'cut'],
    }),
  ],
  [
    7,
    (target, random) => ({
      route: 'upload',
      call: {
        method: 'POST',
        path: `${chatPath(target)}/files`,
        ...formOf(random.pick(ATTACHMENTS), someBytes(random)),
      },
      allowed: WRITTEN,
    }),
  ],
  [
    4,
    (target, random) => ({
      route: 'upload replace',
      call: {
        method: 'POST',
        path: `${chatPath(target)}/files?replace=true`,
        ...formOf(random.pick(ATTACHMENTS), someBytes(random)),
      },
      allowed: WRITTEN,
    }),
  ],
  [
    6,
    (target, random) => ({
      route: 'put',
      call: {
        method: 'PUT',
        path: `${chatPath(target)}/files/by-name/${encodeURIComponent(random.pick(ATTACHMENTS))}`,
        body: someBytes(random),
      },
      allowed: WRITTEN,
    }),
  ],
  [
    4,
    (target, random) => ({
      route: 'delete',
      call: { method: 'DELETE', path: filePath(target, random) },
      allowed: [204, 404],
    }),
  ],
  [
    1,
    (target) => ({
      route: 'clear',
      call: { method: 'DELETE', path: `${chatPath(target)}/files` },
      allowed: [204],
    }),
  ],
  [
    4,
    (target) => ({
      route: 'history',
      call: { method: 'GET', path: `${chatPath(target)}/history` },
      allowed: [200, 409, 'cut'],
    }),
  ],
  [
    1,
    (target, random) => ({
      route: 'history put',
      call: { method: 'PUT', path: `${chatPath(target)}/history`, headers: TEXT, body: someBytes(random) },
      allowed: [204, 409, 413],
    }),
  ],
  [
    2,
    (target, random) => ({
      route: 'history append',
      call: {
        method: 'POST',
        path: `${chatPath(target)}/history`,
        headers: TEXT,
        body: someBytes(random).subarray(0, 600),
      },
      allowed: [204, 409, 413],
    }),
  ],
  [
    2,
    ({ workspaceId }) => ({
      route: 'usage',
      call: { method: 'GET', path: `/api/v1/workspaces/${workspaceId}/usage` },
      allowed: [200],
    }),
  ],
];

export function nextOperation(target: Target, random: Random): Operation {
  let left = random.below(100);
  for (const [share, make] of MAKERS) if ((left -= share) < 0) return make(target, random);
  throw new Error('the shares do not make a hundred');
}
