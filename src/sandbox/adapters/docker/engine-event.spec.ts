import { describe, expect, it } from '@jest/globals';
import { outdatedBy, readEvent } from './engine-event.js';

const line = (type: string, action: string, attributes: object = {}): string =>
  JSON.stringify({ Type: type, Action: action, Actor: { ID: 'subject', Attributes: attributes } });

const outdated = (...event: Parameters<typeof line>) => outdatedBy(readEvent(line(...event)));

describe('an event of the engine', () => {
  it('is read from its line', () => {
    expect(readEvent(line('container', 'die', { exitCode: '3' }))).toEqual({
      type: 'container',
      action: 'die',
      subject: 'subject',
      attributes: { exitCode: '3' },
    });
  });

  it.each([
    '',
    'text',
    '7',
    'null',
    '[]',
    '{}',
    '{"Type":"container","Actor":{"ID":"x"}}',
    '{"Type":"container","Action":"die"}',
  ])('is none: %s', (text) => {
    expect(() => readEvent(text)).toThrow();
  });

  it.each(['die', 'kill', 'pause', 'unpause', 'stop', 'destroy', 'update', 'oom', 'start', 'something-new'])(
    'ends what is known of the container: %s',
    (action) => {
      expect(outdated('container', action)).toEqual({ containerId: 'subject' });
    },
  );

  it.each([
    'resize',
    'rename',
    'top',
    'attach',
    'exec_create: /bin/sh -c \n die',
    'exec_start: ls',
    'exec_die',
    'health_status: healthy',
  ])('leaves what is known: %s', (action) => {
    expect(outdated('container', action)).toBe('nothing');
  });

  it.each(['disconnect', 'connect', 'something-new'])(
    'ends what is known of the container that a network event names: %s',
    (action) => {
      expect(outdated('network', action, { container: 'one' })).toEqual({ containerId: 'one' });
    },
  );

  it('ends all that is known when a network goes, and nothing when one comes', () => {
    expect(outdated('network', 'destroy')).toBe('all');
    expect(outdated('network', 'create')).toBe('nothing');
  });

  it('ends all that is known when it is of a kind that was not asked for', () => {
    expect(outdated('daemon', 'reload')).toBe('all');
  });
});
