import type { Position, Slice } from '../../src/storage/domain/slice.js';
import type { ChatFileRepository } from '../../src/storage/ports/chat-file-repository.js';
import type { ChatRepository } from '../../src/storage/ports/chat-repository.js';
import type { WorkspaceRepository } from '../../src/storage/ports/workspace-repository.js';
import type { WriteLedger } from '../../src/storage/ports/write-ledger.js';
import { OTHER_CHAT } from '../builders/ids.js';
import { aChat, aWorkspace } from '../builders/storage.js';

/** All that storage knows, over one database. */
export interface RepositoriesWorld {
  readonly workspaces: WorkspaceRepository;
  readonly chats: ChatRepository;
  readonly files: ChatFileRepository;
  readonly ledger: WriteLedger;
  /** What another process has over the same database; the same ones where two processes cannot be played in one. */
  readonly peer: Pick<RepositoriesWorld, 'chats' | 'files' | 'ledger'>;
  /** Drops everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export const ALL: Slice = { after: null, limit: 1000 };

export const times = <T>(count: number, work: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => work(i));

export const nothing = (): Promise<void> => Promise.resolve();

/** Every page, one after the other. */
export async function walk<T>(
  list: (slice: Slice) => Promise<T[]>,
  limit: number,
  positionOf: (item: T) => Position,
): Promise<T[][]> {
  const pages: T[][] = [];
  for (let after: Position | null = null; ;) {
    const page: T[] = await list({ after, limit });
    pages.push(page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return pages;
    after = positionOf(last);
  }
}

/** A workspace with two chats. */
export async function addChats(world: RepositoriesWorld): Promise<void> {
  await world.workspaces.add(aWorkspace());
  await world.chats.add(aChat());
  await world.chats.add(aChat({ chatId: OTHER_CHAT }));
}
