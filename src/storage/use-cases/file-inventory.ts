import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import type { ChatFile } from '../domain/chat-file.js';
import { ATTACHMENT_CONTENT, type AttachmentContent } from '../ports/attachment-content.js';
import { CHAT_FILE_REPOSITORY, type ChatFileRepository } from '../ports/chat-file-repository.js';
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
    const { files, others, isComplete } = await this.content.listEntries(chatId, maxListedFiles);
    const recorded = new Set(records.map(({ name }) => name));
    const unknown = files.filter((name) => !recorded.has(name));
    const room = Math.max(0, maxListedFiles - records.length);
    await this.adopt(chatId, unknown.slice(0, room));
    if (isComplete) {
      const present = new Set([...files, ...others]);
      await this.files.forget(records.filter(({ name }) => !present.has(name)));
    }
    endLook(isComplete && unknown.length === 0);
  }

  private async adopt(chatId: string, names: readonly string[]): Promise<void> {
    const adopted: ChatFile[] = [];
    for (let at = 0; at < names.length; at += BATCH) {
      const found = await Promise.all(names.slice(at, at + BATCH).map((name) => this.toFile(chatId, name)));
      adopted.push(...found.filter((file) => file !== null));
    }
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
