import { Injectable } from '@nestjs/common';
import type { Sandbox } from '../../domain/sandbox.js';
import type { SessionRegistry } from '../../ports/session-registry.js';

/** Lives as long as the process; the engine's labels bring it back after a restart. */
@Injectable()
export class InMemorySessionRegistry implements SessionRegistry {
  private readonly sandboxes = new Map<string, Sandbox>();
  private readonly chatsByVolume = new Map<string, Set<string>>();
  private readonly deletions = new Map<string, Date>();

  find(chatId: string): Promise<Sandbox | null> {
    return Promise.resolve(this.sandboxes.get(chatId) ?? null);
  }

  listByVolume(volumeHostPath: string): Promise<Sandbox[]> {
    const chatIds = [...(this.chatsByVolume.get(volumeHostPath) ?? [])];
    return Promise.resolve(chatIds.flatMap((chatId) => this.sandboxes.get(chatId) ?? []));
  }

  list(): Promise<Sandbox[]> {
    return Promise.resolve([...this.sandboxes.values()]);
  }

  save(sandbox: Sandbox): Promise<void> {
    this.drop(sandbox.chatId);
    this.sandboxes.set(sandbox.chatId, sandbox);
    const chats = this.chatsByVolume.get(sandbox.volumeHostPath) ?? new Set();
    this.chatsByVolume.set(sandbox.volumeHostPath, chats.add(sandbox.chatId));
    return Promise.resolve();
  }

  forget(chatId: string, sessionId: string): Promise<void> {
    if (this.sandboxes.get(chatId)?.sessionId === sessionId) this.drop(chatId);
    return Promise.resolve();
  }

  private drop(chatId: string): void {
    const volume = this.sandboxes.get(chatId)?.volumeHostPath;
    if (volume === undefined) return;
    const chats = this.chatsByVolume.get(volume);
    chats?.delete(chatId);
    if (chats?.size === 0) this.chatsByVolume.delete(volume);
    this.sandboxes.delete(chatId);
  }

  requestDeletion(chatId: string, at: Date): Promise<void> {
    this.deletions.set(chatId, at);
    return Promise.resolve();
  }

  withdrawDeletion(chatId: string): Promise<void> {
    this.deletions.delete(chatId);
    return Promise.resolve();
  }

  listDeletions(): Promise<ReadonlyMap<string, Date>> {
    return Promise.resolve(new Map(this.deletions));
  }
}
