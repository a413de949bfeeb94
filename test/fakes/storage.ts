import { DomainError } from '../../src/kernel/domain-error.js';
import { ChatHasActiveSandboxError } from '../../src/storage/domain/errors.js';
import type { ChatContent } from '../../src/storage/ports/chat-content.js';
import type { SandboxActivity } from '../../src/storage/ports/sandbox-activity.js';
import type { FakeDisk } from './disk.js';

/** Directories by name alone; it is known whether each has a history. */
export class FakeChatContent implements ChatContent {
  readonly directories = new Map<string, { hasHistory: boolean }>();
  readonly discarded: string[] = [];
  /** Thrown by the next call that changes anything. */
  failure: Error | null = null;

  /** @param disk where the directories are made as well */
  constructor(private readonly disk: FakeDisk | null = null) {}

  async ensureDirectory(chatId: string): Promise<string> {
    await this.maybeFail();
    const directory = this.directories.get(chatId) ?? { hasHistory: false };
    this.directories.set(chatId, directory);
    this.disk?.directory(chatId);
    return `/chats/${chatId}`;
  }

  async ensureLayout(chatId: string): Promise<string> {
    const path = await this.ensureDirectory(chatId);
    this.directories.set(chatId, { hasHistory: true });
    return path;
  }

  async discard(chatId: string): Promise<void> {
    await this.maybeFail();
    if (this.directories.delete(chatId)) this.discarded.push(chatId);
    this.disk?.directories.delete(chatId);
  }

  findDiscarded(): Promise<void> {
    return Promise.resolve();
  }

  whenRemoved(): Promise<void> {
    return Promise.resolve();
  }

  private maybeFail(): Promise<void> {
    const { failure } = this;
    this.failure = null;
    return failure === null ? Promise.resolve() : Promise.reject(failure);
  }
}

export class UnknownActivityError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'sandbox_runtime_unavailable';
}

/** Knows which chats have a sandbox, or that nothing can be known. */
export class FakeSandboxActivity implements SandboxActivity {
  readonly active = new Set<string>();
  isUnknown = false;
  /** What happens after the question and before the turn comes. */
  onWait: () => Promise<void> = () => Promise.resolve();

  async whileInactive<T>(chatIds: readonly string[], work: () => Promise<T>): Promise<T> {
    await this.onWait();
    if (this.isUnknown) throw new UnknownActivityError();
    if (chatIds.some((chatId) => this.active.has(chatId))) throw new ChatHasActiveSandboxError();
    return work();
  }
}
