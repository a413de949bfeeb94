import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import type { ChatFile } from '../domain/chat-file.js';
import {
  ATTACHMENT_CONTENT,
  type AttachmentContent,
  type DirectoryEntries,
} from '../ports/attachment-content.js';
import {
  CHAT_FILE_REPOSITORY,
  type ChatFileRepository,
  type FileRecord,
} from '../ports/chat-file-repository.js';
import { DirectoryVersions } from './directory-versions.js';

/** How many entries are looked at together. */
const BATCH = 32;

/** Brings the records of a chat's files up to what is on disk. */
@Injectable()
export class FileInventory {
  private readonly versions = new DirectoryVersions();

  constructor(
    @Inject(ATTACHMENT_CONTENT) private readonly content: AttachmentContent,
    @Inject(CHAT_FILE_REPOSITORY) private readonly files: ChatFileRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    private readonly storage: StorageConfig,
  ) {}

  /**
   * Adopts what the sandbox has written and forgets what it has removed. Does nothing while the directory is the one that
   * was found in order. @throws ChatNotFoundError
   */
  async update(chatId: string): Promise<void> {
    const version = await this.content.directoryVersion(chatId);
    const endLook = this.versions.beginLook(chatId, version);
    if (endLook === null) return;
    // Before the directory: what is recorded and not found in it then has gone, or has another revision.
    const records = await this.files.listRecords(chatId);
    const { maxListedFiles } = this.storage;
    const entries = await this.content.listEntries(chatId, maxListedFiles);
    const gone = await this.goneOf(chatId, records, entries);
    await this.files.forget(gone);
    const recorded = new Set(records.map(({ name }) => name));
    const unknown = entries.files.filter((name) => !recorded.has(name));
    const room = Math.max(0, maxListedFiles - records.length + gone.length);
    await this.adopt(chatId, unknown.slice(0, room));
    endLook(entries.isComplete && unknown.length === 0);
  }

  /** Where there are more entries than were looked at, only what would be listed is looked for. */
  private async goneOf(
    chatId: string,
    records: readonly FileRecord[],
    { files, others, isComplete }: DirectoryEntries,
  ): Promise<FileRecord[]> {
    const present = new Set([...files, ...others]);
    const missing = records.filter(({ name }) => !present.has(name));
    if (isComplete) return missing;
    const listed = new Set(records.slice(0, this.storage.maxListedFiles));
    const facts = await inBatches(
      missing.filter((record) => listed.has(record)),
      async (record) => ({ record, found: await this.content.find(chatId, record.name) }),
    );
    return facts.filter(({ found }) => found === null).map(({ record }) => record);
  }

  private async adopt(chatId: string, names: readonly string[]): Promise<void> {
    const found = await inBatches(names, (name) => this.toFile(chatId, name));
    const adopted = found.filter((file) => file !== null);
    if (adopted.length > 0) await this.files.adopt(chatId, adopted);
  }

  private async toFile(chatId: string, name: string): Promise<ChatFile | null> {
    const facts = await this.content.find(chatId, name);
    if (facts === null) return null;
    const { sizeBytes } = facts;
    const createdAt = this.clock.now();
    return {
      fileId: this.ids.nextId(),
      chatId,
      name,
      contentType: null,
      sizeBytes,
      origin: 'agent',
      createdAt,
    };
  }
}

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += BATCH)
    results.push(...(await Promise.all(items.slice(at, at + BATCH).map(work))));
  return results;
}
