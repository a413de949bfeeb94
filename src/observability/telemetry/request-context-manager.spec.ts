import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { RequestContextManager } from './request-context-manager.js';

const KEY = createContextKey('of the request');

describe('RequestContextManager', () => {
  const manager = new RequestContextManager();
  const context = ROOT_CONTEXT.setValue(KEY, 'this one');
  const request = new IncomingMessage(new Socket());

  /** In which context a listener of the emitter is called. */
  function contextOf(emitter: EventEmitter): unknown {
    let found: unknown = null;
    emitter.once('close', () => (found = manager.active().getValue(KEY)));
    emitter.emit('close');
    return found;
  }

  it('puts nothing on a request', () => {
    expect(manager.bind(context, request)).toBe(request);
    expect(Object.keys(request)).not.toContain('on');
    expect(contextOf(request)).toBeUndefined();
  });

  it('binds a response, and whatever else', () => {
    expect(contextOf(manager.bind(context, new ServerResponse(request)))).toBe('this one');
    expect(contextOf(manager.bind(context, new EventEmitter()))).toBe('this one');
    expect(manager.bind(context, () => manager.active().getValue(KEY))()).toBe('this one');
  });
});
