import { describe, expect, it } from '@jest/globals';
import { firstDifference } from './differences.js';

const EXPECTED = { Name: 'x', Host: { Privileged: false, CapDrop: ['ALL'], Mounts: [{ Source: '/a' }] } };

describe('firstDifference', () => {
  it('finds none in an equal value, whatever the order of its fields', () => {
    const { Name, Host } = structuredClone(EXPECTED);
    expect(firstDifference({ Host, Name }, EXPECTED)).toBeNull();
  });

  it.each([
    ['a field beyond', { ...EXPECTED, Extra: null }, 'Extra is nothing that this service asks for'],
    [
      'one in the depth',
      { ...EXPECTED, Host: { ...EXPECTED.Host, Binds: ['/:/host'] } },
      'Host.Binds is nothing that this service asks for',
    ],
    [
      'one in another case',
      { ...EXPECTED, host: { Privileged: true } },
      'host is nothing that this service asks for',
    ],
    ['a missing field', { Name: 'x' }, 'Host is missing'],
    [
      'another value',
      { ...EXPECTED, Host: { ...EXPECTED.Host, Privileged: true } },
      'Host.Privileged is true where only false is allowed',
    ],
    [
      'another type',
      { ...EXPECTED, Host: { ...EXPECTED.Host, Privileged: 0 } },
      'Host.Privileged is 0 where only false is allowed',
    ],
    [
      'a longer list',
      { ...EXPECTED, Host: { ...EXPECTED.Host, CapDrop: ['ALL', 'X'] } },
      'Host.CapDrop is ["ALL","X"] where only ["ALL"] is allowed',
    ],
    [
      'another item',
      { ...EXPECTED, Host: { ...EXPECTED.Host, Mounts: [{ Source: '/b' }] } },
      'Host.Mounts[0].Source is "/b" where only "/a" is allowed',
    ],
    ['a list for a mapping', { ...EXPECTED, Host: [] }, /^Host is \[\] where only \{/],
    ['nothing at all', null, /^the body is null where only/],
  ])('tells %s', (_, given, message) => {
    expect(firstDifference(given, EXPECTED)).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('is not led astray by names that objects have by birth', () => {
    const given: unknown = JSON.parse('{"__proto__": {"Binds": []}, "a": 1}');
    expect(firstDifference(given, { a: 1 })).toBe('__proto__ is nothing that this service asks for');
    expect(firstDifference({}, { toString: 'x' })).toBe('toString is missing');
  });

  it('shows no more than the beginning of a long value', () => {
    expect(firstDifference('x'.repeat(10_000), '')?.length).toBeLessThan(200);
  });
});
