import { describe, expect, it } from '@jest/globals';
import {
  aContainer,
  aContainerIn,
  aForeignContainer,
  aHolder,
  aSandbox,
  anUnreadableContainer,
} from '../../../test/builders/containers.js';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { later, NOW, secondsAgo } from '../../../test/builders/times.js';
import {
  planReconciliation,
  type ReconciliationAction,
  type ReconciliationInput,
} from './reconciliation-plan.js';

const plan = (input: Partial<ReconciliationInput>): ReconciliationAction[] =>
  planReconciliation({
    sandboxes: [],
    containers: [],
    holders: [],
    now: NOW,
    createdGraceMs: 5000,
    deletions: new Map(),
    ...input,
  });

const expired = { expiresAt: NOW };

describe('planReconciliation', () => {
  it('has nothing to do where there is nothing', () => {
    expect(plan({})).toEqual([]);
  });

  it('leaves a tracked container that runs', () => {
    const container = aContainer();
    expect(plan({ sandboxes: [aSandbox()], containers: [container] })).toEqual([
      { kind: 'leave', chatId: CHAT, container, reason: 'tracked' },
    ]);
  });

  it('adopts one that runs and that nobody tracks', () => {
    const container = aContainer();
    expect(plan({ containers: [container] })).toEqual([{ kind: 'adopt', chatId: CHAT, container }]);
  });

  it.each([
    ['another container', aSandbox({ containerId: 'gone' })],
    ['another address', aSandbox({ endpoint: { ip: '172.18.0.77', port: 8000 } })],
  ])('adopts over a record of %s', (_, sandbox) => {
    const container = aContainer();
    expect(plan({ sandboxes: [sandbox], containers: [container] })).toEqual([
      { kind: 'adopt', chatId: CHAT, container },
    ]);
  });

  it('forgets a record whose container is gone', () => {
    const sandbox = aSandbox();
    expect(plan({ sandboxes: [sandbox] })).toEqual([{ kind: 'forget', chatId: CHAT, sandbox }]);
  });

  it('keeps a record until its dead container is removed', () => {
    const container = aContainerIn('dead');
    expect(plan({ sandboxes: [aSandbox()], containers: [container] })).toEqual([
      { kind: 'remove', chatId: CHAT, container, reason: 'dead' },
    ]);
  });

  it('forgets a record whose container is gone, though another dead one of its chat is there', () => {
    const sandbox = aSandbox({ containerId: 'gone' });
    const container = aContainerIn('dead');
    expect(plan({ sandboxes: [sandbox], containers: [container] })).toEqual([
      { kind: 'remove', chatId: CHAT, container, reason: 'dead' },
      { kind: 'forget', chatId: CHAT, sandbox },
    ]);
  });

  it.each([
    ['runs', aContainer({ claim: expired })],
    ['is dead', aContainerIn('dead', { claim: expired })],
    ['was never started', aContainerIn('created', { claim: { ...expired, createdAt: NOW } })],
    ['lost its address', { ...aContainer({ claim: expired }), ip: null }],
  ])('removes an expired one that %s', (_, container) => {
    expect(plan({ containers: [container] })).toEqual([
      { kind: 'remove', chatId: CHAT, container, reason: 'expired' },
    ]);
  });

  it('leaves one that is being removed already, expired or not', () => {
    for (const container of [aContainerIn('removing'), aContainerIn('removing', { claim: expired })]) {
      expect(plan({ containers: [container] })).toEqual([
        { kind: 'leave', chatId: CHAT, container, reason: 'being-removed' },
      ]);
    }
  });

  it('removes a running one without an address as dead', () => {
    const container = { ...aContainer(), ip: null };
    expect(plan({ containers: [container] })).toEqual([
      { kind: 'remove', chatId: CHAT, container, reason: 'dead' },
    ]);
  });

  it('leaves one that is being started, for as long as the grace lasts', () => {
    const young = aContainerIn('created', { claim: { createdAt: secondsAgo(4.9) } });
    const old = aContainerIn('created', { claim: { createdAt: secondsAgo(5) } });
    expect(plan({ containers: [young] })).toMatchObject([{ kind: 'leave', reason: 'starting' }]);
    expect(plan({ containers: [old] })).toMatchObject([{ kind: 'remove', reason: 'dead' }]);
  });

  it('keeps one of several that run and removes the others', () => {
    const named = aContainer({ containerId: 'named', claim: { createdAt: secondsAgo(50) } });
    const young = aContainer({
      containerId: 'young',
      hasChatName: false,
      claim: { createdAt: secondsAgo(5) },
    });
    expect(plan({ containers: [young, named] })).toEqual([
      { kind: 'remove', chatId: CHAT, container: young, reason: 'duplicate' },
      { kind: 'adopt', chatId: CHAT, container: named },
    ]);
  });

  it('leaves what cannot be read, and never mentions what is foreign', () => {
    const container = anUnreadableContainer();
    expect(plan({ containers: [container, aForeignContainer()] })).toEqual([
      { kind: 'leave', chatId: null, container, reason: 'unreadable' },
    ]);
  });

  it('decides for each chat alone', () => {
    const theirs = aContainer({ containerId: 'theirs', claim: { chatId: OTHER_CHAT } });
    const actions = plan({ sandboxes: [aSandbox()], containers: [theirs] });
    expect(actions.map(({ kind, chatId }) => [kind, chatId])).toEqual([
      ['adopt', OTHER_CHAT],
      ['forget', CHAT],
    ]);
  });

  describe('after a delete that failed', () => {
    const createdAt = secondsAgo(60);
    const running = aContainer({ claim: { createdAt } });

    it.each([
      ['at the moment of asking', createdAt],
      ['before that', later(createdAt, 1)],
    ])('removes what was made %s', (_, requestedAt) => {
      const deletions = new Map([[CHAT, requestedAt]]);
      expect(plan({ sandboxes: [aSandbox()], containers: [running], deletions })).toEqual([
        { kind: 'remove', chatId: CHAT, container: running, reason: 'deletion-requested' },
      ]);
    });

    it('keeps what was made since', () => {
      const deletions = new Map([[CHAT, later(createdAt, -1)]]);
      expect(plan({ containers: [running], deletions })).toMatchObject([{ kind: 'adopt' }]);
    });

    it('removes what is still being started as well', () => {
      const starting = aContainerIn('created', { claim: { createdAt: secondsAgo(1) } });
      expect(plan({ containers: [starting], deletions: new Map([[CHAT, NOW]]) })).toMatchObject([
        { kind: 'remove', reason: 'deletion-requested' },
      ]);
    });

    it('has no say over other chats', () => {
      expect(plan({ containers: [running], deletions: new Map([[OTHER_CHAT, NOW]]) })).toMatchObject([
        { kind: 'adopt' },
      ]);
    });
  });

  describe('of network holders', () => {
    const stale = { createdAt: secondsAgo(6) };
    const young = { createdAt: secondsAgo(4) };

    it.each([
      ['was taken and is nobody’s', aHolder(), 'orphaned'],
      ['has died', aHolder({ state: 'dead' }), 'dead'],
      ['has died while it waited', aHolder({ isTaken: false, state: 'dead' }), 'dead'],
      ['was not started in time', aHolder({ isTaken: false, state: 'created', ...stale }), 'never-started'],
    ])('removes one that %s', (_, holder, reason) => {
      expect(plan({ holders: [holder] })).toEqual([{ kind: 'remove-holder', chatId: null, holder, reason }]);
    });

    it.each([
      ['waits', aHolder({ isTaken: false })],
      ['is being made', aHolder({ isTaken: false, state: 'created', ...young })],
      ['is being removed', aHolder({ state: 'removing' })],
      ['is some container’s', aHolder({ isReferenced: true })],
      [
        'has died and is some container’s, with which it goes',
        aHolder({ isReferenced: true, state: 'dead' }),
      ],
    ])('leaves one that %s', (_, holder) => {
      expect(plan({ holders: [holder] })).toEqual([]);
    });
  });
});
