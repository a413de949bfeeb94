import { describe, expect, it } from '@jest/globals';
import type { RequestHandler } from 'express';
import { inSequence } from './in-sequence.js';

/** @returns what the handlers say, and what is handed on in the end */
function run(handlers: readonly ((say: (word: string) => void) => RequestHandler)[]): unknown[] {
  const said: unknown[] = [];
  const all = handlers.map((make) => make((word) => said.push(word)));
  void inSequence(...all)({} as never, {} as never, (error?: unknown) => said.push(error ?? 'on'));
  return said;
}

const saying =
  (word: string) =>
  (say: (word: string) => void): RequestHandler =>
  (_request, _response, next) => {
    say(word);
    next();
  };

describe('handlers in sequence', () => {
  it('are called in order, and then what comes behind them', () => {
    expect(run([saying('one'), saying('two'), saying('three')])).toEqual(['one', 'two', 'three', 'on']);
  });

  it('end with one that answers', () => {
    const answering = (say: (word: string) => void): RequestHandler => {
      return () => say('answered');
    };
    expect(run([saying('one'), answering, saying('three')])).toEqual(['one', 'answered']);
  });

  it('end with one that fails, which is handed on', () => {
    const failing = (): RequestHandler => (_request, _response, next) => next('failure');
    expect(run([failing, saying('two')])).toEqual(['failure']);
  });
});
