import { describe, expect, it } from '@jest/globals';
import {
  aClaim,
  aContainer,
  aContainerIn,
  aForeignContainer,
  aSandbox,
  anUnreadableContainer,
} from '../../../test/builders/containers.js';
import { NOW, secondsAgo, secondsFromNow } from '../../../test/builders/times.js';
import { elect, isActive, isAlive, isOurs, isStarting, toSandbox } from './container.js';

describe('isActive', () => {
  it('holds for one of ours that runs, has an address and has not expired', () => {
    expect(isActive(aContainer(), NOW)).toBe(true);
  });

  it.each([
    ['is only created', aContainerIn('created')],
    ['is dead', aContainerIn('dead')],
    ['is being removed', aContainerIn('removing')],
    ['is paused, and keeps its address', { ...aContainerIn('dead'), ip: '172.18.0.2' }],
    ['has lost its address', { ...aContainer(), ip: null }],
    ['expires right now', aContainer({ claim: { expiresAt: NOW } })],
    ['is foreign', aForeignContainer()],
    ['cannot be read', anUnreadableContainer()],
  ])('does not hold for one that %s', (_, container) => {
    expect(isActive(container, NOW)).toBe(false);
  });
});

describe('isAlive', () => {
  it('does not ask whether the time is over', () => {
    expect(isAlive(aContainer({ claim: { expiresAt: secondsAgo(60) } }))).toBe(true);
  });
});

describe('isOurs', () => {
  it('tells ours from those that must not be judged', () => {
    const all = [aContainerIn('dead'), aForeignContainer(), anUnreadableContainer()];
    expect(all.map(isOurs)).toEqual([true, false, false]);
  });

  it('believes neither a claim without the ownership nor the ownership without a claim', () => {
    const all = [aForeignContainer({ claim: aClaim() }), anUnreadableContainer({ ownership: 'ours' })];
    expect(all.map(isOurs)).toEqual([false, false]);
  });
});

describe('isStarting', () => {
  const GRACE_MS = 5000;
  const createdAgo = (seconds: number) =>
    aContainerIn('created', { claim: { createdAt: secondsAgo(seconds) } });

  it('holds for a created one within the grace', () => {
    expect(isStarting(createdAgo(4.999), NOW, GRACE_MS)).toBe(true);
  });

  it('ends with the grace', () => {
    expect(isStarting(createdAgo(5), NOW, GRACE_MS)).toBe(false);
  });

  it('never holds for one that was started', () => {
    const young = { claim: { createdAt: NOW } };
    expect(isStarting(aContainer(young), NOW, GRACE_MS)).toBe(false);
    expect(isStarting(aContainerIn('dead', young), NOW, GRACE_MS)).toBe(false);
  });
});

describe('toSandbox', () => {
  it('takes the address from the container and all else from its claim', () => {
    const container = aContainer({ containerId: 'c', ip: '10.0.0.9', claim: { endpointPort: 9000 } });
    expect(toSandbox(container)).toEqual(
      aSandbox({ containerId: 'c', endpoint: { ip: '10.0.0.9', port: 9000 } }),
    );
  });
});

describe('elect', () => {
  const named = aContainer({ containerId: 'named', claim: { createdAt: secondsAgo(30) } });
  const young = aContainer({
    containerId: 'young',
    hasChatName: false,
    claim: { createdAt: secondsAgo(10) },
  });
  const old = aContainer({ containerId: 'old', hasChatName: false, claim: { createdAt: secondsAgo(50) } });

  it('elects none among none', () => {
    expect(elect([])).toBeNull();
  });

  it.each([[[named, young, old]], [[young, named, old]], [[old, young, named]]])(
    "prefers the one with the chat's name, in whatever order they come",
    (containers) => {
      expect(elect(containers)).toBe(named);
    },
  );

  it.each([[[young, old]], [[old, young]]])('prefers the youngest where none has the name', (containers) => {
    expect(elect(containers)).toBe(young);
  });

  it('prefers the first of those that are alike', () => {
    const twin = { ...young, containerId: 'twin' };
    expect([elect([young, twin]), elect([twin, young])]).toEqual([young, twin]);
  });

  it('does not ask for life, so that the caller says who may stand', () => {
    const future = aContainerIn('dead', { claim: { createdAt: secondsFromNow(1) }, hasChatName: false });
    expect(elect([old, future])).toBe(future);
  });
});
