import { randomUUID } from 'node:crypto';
import { describe } from '@jest/globals';
import { FakeEngine } from '../fakes/fake-engine.js';
import { FakeLivenessWatch } from '../fakes/fake-liveness-watch.js';
import { FakeSandboxRuntime } from '../fakes/fake-sandbox-runtime.js';
import { itIsALivenessWatch, type WatchWorld } from './liveness-watch.contract.js';

function open(): Promise<WatchWorld> {
  const engine = new FakeEngine();
  const runtime = new FakeSandboxRuntime(engine);
  const watch = new FakeLivenessWatch(runtime);
  watch.isProving = true;
  const change = (containerId: string, changes: object): Promise<void> => {
    Object.assign(engine.containers.get(containerId) ?? {}, changes);
    return Promise.resolve();
  };
  return Promise.resolve({
    watch,
    runtime,
    run: () => Promise.resolve(engine.place({ claim: { chatId: randomUUID() } }).containerId),
    kill: (containerId) => change(containerId, { state: 'dead', ip: null }),
    pause: (containerId) => change(containerId, { state: 'dead' }),
    disconnect: (containerId) => change(containerId, { ip: null }),
    close: () => Promise.resolve(),
  });
}

describe('FakeLivenessWatch', () => {
  itIsALivenessWatch(open);
});
