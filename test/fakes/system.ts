import { normalize } from 'node:path';
import type { Clock } from '../../src/kernel/clock.js';
import type { IdGenerator } from '../../src/kernel/id-generator.js';
import { InvalidInputError } from '../../src/kernel/invalid-input-error.js';
import { InMemorySessionRegistry } from '../../src/sandbox/adapters/memory/in-memory-session-registry.js';
import type { Endpoint, Sandbox } from '../../src/sandbox/domain/sandbox.js';
import { type ChatDirectories, ChatDirectoryError } from '../../src/sandbox/ports/chat-directories.js';
import type { HostPaths } from '../../src/sandbox/ports/host-paths.js';
import type { ReadinessProbe } from '../../src/sandbox/ports/readiness-probe.js';
import { aUuid } from '../builders/ids.js';
import { later, NOW } from '../builders/times.js';

/** Stands still until the test moves it. */
export class SteppableClock implements Clock {
  /** The steps that it was allowed towards the wall clock. */
  readonly steps: number[] = [];
  private time = NOW;

  now(): Date {
    return this.time;
  }

  advanceSeconds(seconds: number): void {
    this.time = later(this.time, seconds * 1000);
  }

  approachWallTime(maxStepMs: number): void {
    this.steps.push(maxStepMs);
  }
}

let lastId = 5000;

/** One after the other, so that two services in one test never give the same. */
export class SequentialIds implements IdGenerator {
  nextId(): string {
    lastId += 1;
    return aUuid(lastId);
  }
}

/** Answers as it was told, after some tries that fail. */
export class FakeReadinessProbe implements ReadinessProbe {
  /** Tries that fail before the first that succeeds. */
  failuresFirst = 0;
  readonly asked: Endpoint[] = [];
  onTry: () => void = () => undefined;

  isReady(endpoint: Endpoint): Promise<boolean> {
    this.asked.push(endpoint);
    this.onTry();
    return Promise.resolve(this.asked.length > this.failuresFirst);
  }
}

/** A host without a disk: paths are only spelt, links are what the test says. */
export class FakeHostPaths implements HostPaths {
  readonly links = new Map<string, string>();
  isWritable: boolean | null = true;

  canonicalDirectory(path: string): Promise<string> {
    if (path.startsWith('/')) return this.canonical(path);
    return Promise.reject(new InvalidInputError('volume_host_path', 'path_not_absolute', 'must be absolute'));
  }

  canonical(path: string): Promise<string> {
    const spelt = normalize(path).replace(/(?<=.)\/$/, '');
    return Promise.resolve(this.links.get(spelt) ?? spelt);
  }

  isWritableBy(): Promise<boolean | null> {
    return Promise.resolve(this.isWritable);
  }
}

export class FakeChatDirectories implements ChatDirectories {
  readonly made = new Set<string>();
  isBroken = false;

  ensure(chatId: string): Promise<string> {
    if (this.isBroken) return Promise.reject(new ChatDirectoryError('no space left'));
    this.made.add(chatId);
    return Promise.resolve(`/chats/${chatId}`);
  }
}

/** A registry whose disk may be full. */
export class BreakableRegistry extends InMemorySessionRegistry {
  isBroken = false;

  override save(sandbox: Sandbox): Promise<void> {
    return this.isBroken ? Promise.reject(new Error('disk full')) : super.save(sandbox);
  }

  override forget(chatId: string, sessionId: string): Promise<void> {
    return this.isBroken ? Promise.reject(new Error('disk full')) : super.forget(chatId, sessionId);
  }
}
