import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { NOW } from '../../../test/builders/times.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import type { SpanRecord } from '../../../test/fakes/observability.js';
import { Replica } from '../../../test/fakes/replica.js';

const notFound = { code: 'sandbox_not_found' };

describe('GetSandbox', () => {
  let engine: FakeEngine;
  let replica: Replica;

  beforeEach(() => {
    engine = new FakeEngine();
    replica = new Replica({ engine });
  });

  it('gives the active sandbox', async () => {
    const sandbox = await replica.create();
    expect(await replica.get()).toEqual(sandbox);
  });

  it('gives one that another replica made', async () => {
    const theirs = await new Replica({ engine }).create();
    expect(await replica.get()).toEqual(theirs);
  });

  it("gives what another replica put in its own one's place", async () => {
    const own = await replica.create();
    engine.containers.delete(own.containerId);
    const theirs = await new Replica({ engine }).create();
    expect(await replica.get()).toEqual(theirs);
  });

  it('gives the address that the container has now', async () => {
    await replica.create();
    for (const container of engine.all) container.ip = '172.18.0.99';
    expect((await replica.get()).endpoint.ip).toBe('172.18.0.99');
  });

  it('finds none where there is none', async () => {
    await expect(replica.get()).rejects.toMatchObject(notFound);
  });

  it.each([
    ['is dead', { state: 'dead' as const, ip: null }],
    ['is only created', { state: 'created' as const, ip: null }],
    ['is being removed', { state: 'removing' as const, ip: null }],
    ['has no address', { ip: null }],
    ['has expired', { claim: { expiresAt: NOW } }],
    ['is unreadable', { claim: null }],
    ['is foreign', { instance: null, name: `sandbox-${CHAT}` }],
  ])('finds none where the container %s', async (_, facts) => {
    engine.place(facts);
    await expect(replica.get()).rejects.toMatchObject(notFound);
  });

  it('does not give what died behind its back, whose address may be another’s by now', async () => {
    await replica.create();
    engine.all.forEach((container) => engine.end(container));
    await expect(replica.get()).rejects.toMatchObject(notFound);
  });

  it.each([
    ['find', 'unreachable'],
    ['find', 'timed-out'],
    ['find', 'failed'],
  ] as const)('does not say that there is none when %s is %s', async (method, failure) => {
    const sandbox = await replica.create();
    replica.runtime.faults.inject(method, failure);
    await expect(replica.get()).rejects.toMatchObject({
      code: 'sandbox_runtime_unavailable',
      kind: 'unavailable',
    });
    replica.runtime.faults.heal();
    expect(await replica.get()).toEqual(sandbox);
  });

  it('tells its span what it found, and marks it only where the engine fails', async () => {
    const { sessionId, containerId } = await replica.create();
    await replica.get();
    const ids = { 'chat.id': CHAT, 'session.id': sessionId, 'container.id': containerId };
    const span = (): SpanRecord | undefined => replica.tracer.last('usecase.get_sandbox');
    expect(span()).toMatchObject({ attributes: { ...ids, 'sandbox.result': 'found' }, error: null });
    await expect(replica.get(OTHER_CHAT)).rejects.toMatchObject(notFound);
    expect(span()).toMatchObject({ attributes: { 'sandbox.result': 'not_found' }, error: null });
    replica.runtime.faults.inject('find', 'timed-out');
    await expect(replica.get()).rejects.toThrow();
    expect(span()).toMatchObject({
      attributes: { 'chat.id': CHAT, 'sandbox.result': 'error' },
      error: { code: 'sandbox_runtime_unavailable', cause: { failure: 'timed-out' } },
    });
  });

  it('does not say so for a chat without a record either', async () => {
    replica.runtime.faults.inject('findByChat', 'unreachable');
    await expect(replica.get()).rejects.toMatchObject({ code: 'sandbox_runtime_unavailable' });
  });
});
