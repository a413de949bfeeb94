import { Injectable } from '@nestjs/common';
import { type LifecycleLock, LockTimeoutError } from '../../ports/lifecycle-lock.js';
import { FairSemaphore, TurnRefusedError } from './fair-semaphore.js';

/** Holds within this process; between processes the container's name is the lock. */
@Injectable()
export class InProcessLifecycleLock implements LifecycleLock {
  private readonly chats = new Map<string, FairSemaphore>();
  private readonly onIdle: (() => void)[] = [];

  async runExclusive<T>(chatId: string, waitMs: number, work: () => Promise<T>): Promise<T> {
    const chat = this.chats.get(chatId) ?? new FairSemaphore(1);
    this.chats.set(chatId, chat);
    try {
      return await chat.run(waitMs, work);
    } catch (error) {
      throw error instanceof TurnRefusedError
        ? new LockTimeoutError(`chat ${chatId} is busy`, { cause: error })
        : error;
    } finally {
      if (chat.isIdle) this.chats.delete(chatId);
      if (this.chats.size === 0) this.onIdle.splice(0).forEach((resolve) => resolve());
    }
  }

  isBusy(chatId: string): boolean {
    return this.chats.has(chatId);
  }

  whenIdle(): Promise<void> {
    if (this.chats.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.onIdle.push(resolve));
  }
}
