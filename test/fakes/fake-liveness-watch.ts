import { isAlive, type SandboxContainer } from '../../src/sandbox/domain/container.js';
import type { LivenessWatch, Look } from '../../src/sandbox/ports/liveness-watch.js';
import type { FakeSandboxRuntime } from './fake-sandbox-runtime.js';

/** Knows the engine's mind. Proves nothing until it is told to. */
export class FakeLivenessWatch implements LivenessWatch {
  isProving = false;
  /** What was asked about, in order. */
  readonly asked: string[] = [];

  constructor(private readonly runtime: FakeSandboxRuntime) {}

  proven(containerId: string): Promise<SandboxContainer | null> {
    this.asked.push(containerId);
    const container = this.isProving ? this.runtime.asSeen(containerId) : null;
    return Promise.resolve(container !== null && isAlive(container) ? container : null);
  }

  beginLook(): Look {
    return { end: () => undefined };
  }

  resynchroniseBy(): void {
    // It never misses anything.
  }
}
