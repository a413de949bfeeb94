import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../test/builders/configuration.js';
import { aClaim } from '../../test/builders/containers.js';
import { NOW } from '../../test/builders/times.js';
import { holderLabels, toLabels } from '../sandbox/adapters/docker/labels.js';
import { HolderGate } from './holder-gate.js';

const HOLDER = 'a'.repeat(64);
const TERMS = { instance: 'default', sandbox: aSandboxConfig({ networkPoolSize: 2 }) };
const { signal } = new AbortController();

/** What stands in the way of a sandbox in the network of a container, where the engine answers so. */
const obstacleWith = (status: number, answer: unknown) =>
  new HolderGate(TERMS, {
    ask: ({ path }) =>
      path === `/containers/${HOLDER}/json`
        ? Promise.resolve({ status, text: JSON.stringify(answer) })
        : Promise.reject(new Error(path)),
  }).obstacleIn(HOLDER, signal);

const described = (Labels: unknown, Status = 'running', Id = HOLDER) => ({
  Id,
  Config: { Labels },
  State: { Status },
});
const OWN = holderLabels(8000, NOW, 'default');

describe('HolderGate', () => {
  it("lets a sandbox into the network of a running holder of this instance's", async () => {
    expect(await obstacleWith(200, described(OWN))).toBeNull();
  });

  it.each(['created', 'exited', 'dead', 'removing', 'paused'])(
    'says of one that is %s what the engine says of those that have ended',
    async (status) => {
      expect(await obstacleWith(200, described(OWN, status))).toEqual({
        status: 409,
        text: expect.stringContaining('cannot join network of a non running container'),
      });
    },
  );

  it('hands on that there is none', async () => {
    const message = `No such container: ${HOLDER}`;
    expect(await obstacleWith(404, { message })).toEqual({ status: 404, text: JSON.stringify({ message }) });
  });

  it.each([
    ['of another instance', holderLabels(8000, NOW, 'other')],
    ['that is a sandbox', toLabels(aClaim(), 'default')],
    ['of nobody', {}],
    ['without labels', null],
  ])('refuses a container %s', async (_, labels) => {
    await expect(obstacleWith(200, described(labels))).rejects.toThrow(/is no network holder/);
  });

  it('refuses another container than the one of that id', async () => {
    await expect(obstacleWith(200, described(OWN, 'running', 'b'.repeat(64)))).rejects.toThrow(
      /is no network holder/,
    );
  });
});
