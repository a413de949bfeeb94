import { describe, expect, it } from '@jest/globals';
import { fromEnvironmentMapping, fromFile, fromVariable, ValueFault } from './key-values.js';

describe('fromVariable', () => {
  it.each([
    ['7', 1, 7],
    [' 7 ', 1, 7],
    ['0.5', 1, 0.5],
    ['-1', 1, -1],
    ['true', false, true],
    ['TRUE', false, true],
    ['1', false, true],
    ['False', true, false],
    ['0', true, false],
    ['text', 'standard', 'text'],
    ['', 'standard', ''],
    ['7', 'standard', '7'],
    ['a, b ,,c', ['x'], ['a', 'b', 'c']],
    ['', ['x'], []],
  ])('reads %j in the type of %j as %j', (text, standard, expected) => {
    expect(fromVariable(text, standard)).toEqual(expected);
  });

  it.each([
    ['', 1],
    ['many', 1],
    ['1s', 1],
    ['Infinity', 1],
    ['yes', true],
    ['', true],
  ])('refuses %j in the type of %j', (text, standard) => {
    expect(() => fromVariable(text, standard)).toThrow(ValueFault);
  });
});

describe('fromFile', () => {
  it.each([
    [null, 5, 5],
    [undefined, 'x', 'x'],
    [7, 5, 7],
    ['text', '', 'text'],
    [1000, '', '1000'],
    [true, false, true],
    [['a'], [], ['a']],
    [[], ['x'], []],
  ])('takes %j in the type of %j as %j', (value, standard, expected) => {
    expect(fromFile(value, standard)).toEqual(expected);
  });

  it.each([
    ['7', 5],
    [true, 5],
    ['true', false],
    [true, ''],
    ['a', []],
    [[1], []],
    [{}, ''],
    [[], ''],
  ])('refuses %j in the type of %j', (value, standard) => {
    expect(() => fromFile(value, standard)).toThrow(ValueFault);
  });
});

describe('fromEnvironmentMapping', () => {
  const ENVIRONMENT = { MODEL_KEY: 'secret', EMPTY: '' };
  const read = (value: unknown) => fromEnvironmentMapping(value, ENVIRONMENT);

  it('takes scalars as strings and null as empty', () => {
    const given = { TEXT: 'x', NUMBER: 1.5, TRUE: true, FALSE: false, NOTHING: null, ZERO: 0, BLANK: '' };
    expect(read(given)).toEqual({
      TEXT: 'x',
      NUMBER: '1.5',
      TRUE: 'true',
      FALSE: 'false',
      NOTHING: '',
      ZERO: '0',
      BLANK: '',
    });
  });

  it('fills in variables of the service', () => {
    expect(read({ A: '${MODEL_KEY}', B: 'x-${MODEL_KEY}-${EMPTY}-${MODEL_KEY}' })).toEqual({
      A: 'secret',
      B: 'x-secret--secret',
    });
  });

  it('does not fill in again what came from a variable', () => {
    expect(fromEnvironmentMapping({ A: '${ONE}' }, { ONE: '${TWO}', TWO: 'no' })).toEqual({ A: '${TWO}' });
  });

  it.each(['$MODEL_KEY', '${}', '${1X}', '$', '{MODEL_KEY}'])('leaves %s as it is', (text) => {
    expect(read({ A: text })).toEqual({ A: text });
  });

  it.each([[null], [undefined], [{}]])('is empty for %j', (value) => {
    expect(read(value)).toEqual({});
  });

  it.each([
    ['a variable that is not set', { A: '${MISSING}' }, 'MISSING'],
    ['a list', { A: ['x'] }, 'has A'],
    ['a mapping', { A: { B: 'x' } }, 'has A'],
    ['a NUL', { A: 'x\0y' }, 'NUL'],
    ['a name with an equals sign', { 'A=B': 'x' }, 'unusable name'],
    ['an empty name', { '': 'x' }, 'unusable name'],
    ['a list instead of a mapping', ['A'], 'must be a mapping'],
    ['a text instead of a mapping', 'A=x', 'must be a mapping'],
  ])('refuses %s', (_, value, message) => {
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(ValueFault);
  });
});
