import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DirectoryClearer } from '../../src/storage/adapters/filesystem/directory-clearer.js';
import { DiscardPile } from '../../src/storage/adapters/filesystem/discard-pile.js';
import { FindUsageReader } from '../../src/storage/adapters/filesystem/find-usage-reader.js';
import { HostileEntries } from '../../src/storage/adapters/filesystem/hostile-entries.js';
import { LocalAttachmentContent } from '../../src/storage/adapters/filesystem/local-attachment-content.js';
import { LocalChatContent } from '../../src/storage/adapters/filesystem/local-chat-content.js';
import { LocalHistoryContent } from '../../src/storage/adapters/filesystem/local-history-content.js';
import { LocalStagingArea } from '../../src/storage/adapters/filesystem/local-staging-area.js';
import { aSandboxConfig, aStorageConfig } from '../builders/configuration.js';
import { RecordingLogger, RecordingMetrics } from '../fakes/observability.js';

/** In memory where there is such a disk: more happens in less time, though nothing is made durable. */
export const QUICK_DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const REMOVAL_MS = 60_000;

/** The file-system adapters over a directory of their own. */
export class LocalContent {
  readonly logger = new RecordingLogger();
  readonly metrics = new RecordingMetrics();
  readonly staging: LocalStagingArea;
  readonly attachments: LocalAttachmentContent;
  readonly histories: LocalHistoryContent;
  readonly usage: FindUsageReader;
  readonly chats: LocalChatContent;
  readonly pile: DiscardPile;
  private readonly clearer: DirectoryClearer;

  constructor(readonly chatsRoot: string) {
    const sandbox = aSandboxConfig({ chatsRoot });
    const hostile = new HostileEntries(this.logger, this.metrics);
    this.pile = new DiscardPile(sandbox, this.logger);
    this.clearer = new DirectoryClearer(this.pile);
    this.chats = new LocalChatContent(sandbox, this.pile);
    this.staging = new LocalStagingArea(sandbox, aStorageConfig());
    this.attachments = new LocalAttachmentContent(sandbox, this.pile, this.clearer, hostile);
    this.histories = new LocalHistoryContent(sandbox, this.pile, hostile);
    this.usage = new FindUsageReader(sandbox);
  }

  /** @param parent on whose file system it is to lie; `outside` beside it is no chat's */
  static async create(parent = tmpdir()): Promise<LocalContent> {
    const content = new LocalContent(join(await mkdtemp(join(parent, 'sandbox-master-content-')), 'chats'));
    await content.chats.onModuleInit();
    return content;
  }

  /** A path beside the chats' root, for what no chat may reach. */
  outside(name: string): string {
    return join(this.chatsRoot, '..', name);
  }

  pathTo(chatId: string, name: string): string {
    return join(this.chatsRoot, chatId, name);
  }

  /** Names of what was counted as hostile, each once. */
  get hostileKinds(): Set<string | undefined> {
    const counts = this.metrics.counted.filter(({ name }) => name === 'storage.hostile_entry.total');
    return new Set(counts.map(({ attributes }) => attributes.kind));
  }

  async close(): Promise<void> {
    await this.pile.whenRemoved(REMOVAL_MS);
    this.stop();
    // Node's own cannot go as deep as what may lie here when a test has failed.
    await promisify(execFile)('rm', ['-rf', '--', join(this.chatsRoot, '..')]);
  }

  private stop(): void {
    for (const part of [this.pile, this.clearer, this.usage]) part.onApplicationShutdown();
  }
}
