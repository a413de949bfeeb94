import { randomUUID } from 'node:crypto';
import { describe } from '@jest/globals';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import { aClaim } from '../builders/containers.js';
import { FakeEngine } from '../fakes/fake-engine.js';
import { FakeSandboxRuntime } from '../fakes/fake-sandbox-runtime.js';
import type { RuntimeWorld } from './runtime-world.js';
import { itIsASandboxRuntime } from './sandbox-runtime.contract.js';

const MISSING = '/missing';
const done = Promise.resolve();

function open(): Promise<RuntimeWorld> {
  const engine = new FakeEngine();
  engine.missingSources.add(MISSING);
  engine.output = 'started\n';
  const imageless = new FakeEngine();
  imageless.hasImage = false;
  const runtime = new FakeSandboxRuntime(engine);
  const stateOf = (containerId: string) => engine.containers.get(containerId);
  const world: RuntimeWorld = {
    runtime,
    twin: new FakeSandboxRuntime(engine),
    stranger: new FakeSandboxRuntime(engine, { instance: 'stranger' }),
    imageless: new FakeSandboxRuntime(imageless),
    newContainer: (claim) => ({
      claim: aClaim({ chatId: randomUUID(), sessionId: randomUUID(), ...claim }),
      chatHostPath: '/chats/some',
    }),
    missingDirectory: MISSING,
    fillPool: (count) => {
      runtime.fillPool(count);
      return done;
    },
    endHolder: (holderId) => {
      engine.holders.delete(holderId);
      return done;
    },
    takeAway: (containerId) => {
      engine.containers.delete(containerId);
      return done;
    },
    placeForeign: (chatId) =>
      Promise.resolve(engine.place({ instance: null, name: containerNameOf(chatId, 'default') }).containerId),
    placeUnreadable: (chatId) =>
      Promise.resolve(engine.place({ claim: null, name: containerNameOf(chatId, 'default') }).containerId),
    fillNetwork: () => {
      engine.fullNetworks.add('sandbox');
      return Promise.resolve(() => {
        engine.fullNetworks.clear();
        return done;
      });
    },
    pause: (containerId) => {
      Object.assign(stateOf(containerId) ?? {}, { state: 'dead' });
      return done;
    },
    kill: (containerId) => {
      const container = stateOf(containerId);
      if (container !== undefined) engine.end(container);
      return done;
    },
    output: 'started\n',
    clear: () => {
      engine.containers.clear();
      engine.holders.clear();
      return done;
    },
    close: () => done,
  };
  return Promise.resolve(world);
}

describe('FakeSandboxRuntime', () => {
  itIsASandboxRuntime(open);
});
