import { beforeEach, describe, expect, it } from '@jest/globals';
import { aContainer } from '../../../../test/builders/containers.js';
import { reactions } from '../../../../test/fakes/deferred.js';
import type { EngineEvent } from './engine-event.js';
import { EventProofs } from './event-proofs.js';
import { type Marker, PROOF_MS } from './stream-markers.js';

const event = (action: string, subject = 'container-1', attributes: object = {}): EngineEvent => ({
  type: 'container',
  action,
  subject,
  attributes: { ...attributes },
});

/** As a stream that delivers at once, or holds all back. */
class FakeStream {
  now = 0;
  isLagging = false;
  readonly held: EngineEvent[] = [];
  readonly proofs: EventProofs = new EventProofs({
    send: ({ containerId, height, width }: Marker) => {
      this.tell(event('resize', containerId, { height: String(height), width: String(width) }));
      return Promise.resolve(true);
    },
    onLost: () => undefined,
    nowMs: () => this.now,
  });

  tell(told: EngineEvent): void {
    if (this.isLagging) this.held.push(told);
    // As from a socket: never within the call that caused it.
    else queueMicrotask(() => this.proofs.onEvent(told));
  }

  /** What a look shows once it is over. */
  async look(container = aContainer()): Promise<void> {
    const look = this.proofs.beginLook();
    await reactions();
    look.end([container]);
  }
}

describe('EventProofs', () => {
  const container = aContainer();
  const id = container.containerId;
  let stream: FakeStream;
  let proofs: EventProofs;

  beforeEach(async () => {
    stream = new FakeStream();
    ({ proofs } = stream);
    proofs.onOpen();
    // The first is what tells that the stream has begun.
    await proofs.proven(id);
    await reactions();
    await stream.look();
  });

  it('proves what was seen, while the stream is current', async () => {
    expect(await proofs.proven(id)).toEqual(container);
    stream.now += PROOF_MS * 10;
    expect(await proofs.proven(id)).toEqual(container);
  });

  it('proves nothing of what was not seen', async () => {
    expect(await proofs.proven('other')).toBeNull();
  });

  it('proves nothing of what something happened to, until it is seen again', async () => {
    proofs.onEvent(event('die'));
    expect(await proofs.proven(id)).toBeNull();
    await stream.look();
    expect(await proofs.proven(id)).toEqual(container);
  });

  it('proves nothing by a stream that lags, however quiet it is', async () => {
    stream.isLagging = true;
    stream.now += PROOF_MS + 1;
    expect(await proofs.proven(id)).toBeNull();
  });

  it('does not give what ends while the marker is waited for', async () => {
    stream.isLagging = true;
    stream.now += PROOF_MS + 1;
    const proven = proofs.proven(id);
    proofs.onEvent(event('die'));
    for (const told of stream.held) proofs.onEvent(told);
    expect(await proven).toBeNull();
  });

  it('takes nothing from a look that began between the head of the answer and the first event', async () => {
    proofs.onEnd();
    proofs.onOpen();
    const look = proofs.beginLook();
    proofs.onEvent(event('start', 'some'));
    look.end([container]);
    expect(await proofs.proven(id)).toBeNull();
  });

  it('has lost all with the stream, and looks at all once when the next one has begun', async () => {
    let looks = 0;
    proofs.resynchroniseBy(() => {
      looks += 1;
      return Promise.reject(new Error('the engine is away'));
    });
    proofs.onEnd();
    proofs.onEnd();
    expect(await proofs.proven(id)).toBeNull();
    proofs.onOpen();
    expect(looks).toBe(0);
    proofs.onEvent(event('resize', 'some'));
    proofs.onEvent(event('resize', 'some'));
    expect(looks).toBe(1);
    await stream.look();
    stream.now += 100;
    expect(await proofs.proven(id)).toEqual(container);
  });

  it('takes a long row of events without a marker for a loss: the engine drops what a slow reader does not take', async () => {
    for (let told = 0; told < 500; told += 1) proofs.onEvent(event('exec_start: x', 'noise'));
    expect(await proofs.proven(id)).toEqual(container);
    for (let told = 0; told < 501; told += 1) proofs.onEvent(event('exec_start: x', 'noise'));
    expect(await proofs.proven(id)).toBeNull();
    await stream.look();
    expect(await proofs.proven(id)).toEqual(container);
  });

  it('has lost all when a network goes', async () => {
    proofs.onEvent({ type: 'network', action: 'destroy', subject: 'some', attributes: {} });
    expect(await proofs.proven(id)).toBeNull();
  });
});
