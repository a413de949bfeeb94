import type { Chat } from '../../src/storage/domain/chat.js';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import type { Workspace } from '../../src/storage/domain/workspace.js';
import type { ContentWrite, Replacement, Settlement } from '../../src/storage/ports/write-ledger.js';
import { aUuid, CHAT } from './ids.js';
import { NOW } from './times.js';

export const USER = aUuid(3001);
export const OTHER_USER = aUuid(3002);
export const WORKSPACE = aUuid(2001);
export const OTHER_WORKSPACE = aUuid(2002);

export const aWorkspace = (overrides: Partial<Workspace> = {}): Workspace => ({
  workspaceId: WORKSPACE,
  userId: USER,
  createdAt: NOW,
  ...overrides,
});

export const aChat = (overrides: Partial<Chat> = {}): Chat => ({
  chatId: CHAT,
  workspaceId: WORKSPACE,
  createdAt: NOW,
  ...overrides,
});

export const aChatFile = (overrides: Partial<ChatFile> = {}): ChatFile => ({
  fileId: aUuid(4001),
  chatId: CHAT,
  name: 'notes.txt',
  contentType: 'text/plain',
  sizeBytes: 12,
  origin: 'upload',
  createdAt: NOW,
  ...overrides,
});

export const aContentWrite = (overrides: Partial<ContentWrite> = {}): ContentWrite => ({
  writeId: aUuid(5001),
  chatId: CHAT,
  kind: 'file',
  stagedName: 'staged-1',
  identity: '1:2',
  name: 'notes.txt',
  contentType: 'text/plain',
  fileId: aUuid(4001),
  startedAt: NOW,
  reservedBytes: 10,
  ...overrides,
});

/** A settlement that adds these bytes, or frees as many as they are below nothing, and places a file of this size. */
export const aSettlement = (
  addedBytes: number,
  {
    replaced = addedBytes < 0 ? aReplacedFile(-addedBytes) : null,
    ...placed
  }: { sizeBytes?: number; isReplacement?: boolean; replaced?: Replacement['replaced'] } = {},
): Settlement => ({
  look: () => Promise.resolve({ addedBytes: Math.max(0, addedBytes), replaced }),
  place: () => Promise.resolve({ sizeBytes: addedBytes, isReplacement: false, ...placed }),
});

/** What bears the name that a write is to get. */
export const aReplacedFile = (
  chargedBytes: number,
  identity = '8:9',
): { chargedBytes: number; identity: string } => ({ chargedBytes, identity });
