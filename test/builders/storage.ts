import type { Chat } from '../../src/storage/domain/chat.js';
import type { ChatFile } from '../../src/storage/domain/chat-file.js';
import type { Workspace } from '../../src/storage/domain/workspace.js';
import type { ContentWrite, Settlement } from '../../src/storage/ports/write-ledger.js';
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

/** A settlement that adds these bytes and places a file of this size. */
export const aSettlement = (
  addedBytes: number,
  overrides: { sizeBytes?: number; isReplacement?: boolean } = {},
): Settlement => ({
  addedBytes: () => Promise.resolve(addedBytes),
  place: () => Promise.resolve({ sizeBytes: addedBytes, isReplacement: false, ...overrides }),
});
