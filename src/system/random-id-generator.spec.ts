import { describe, expect, it } from '@jest/globals';
import { parseUuid } from '../kernel/uuid.js';
import { RandomIdGenerator } from './random-id-generator.js';

describe('RandomIdGenerator', () => {
  it('makes canonical UUIDs, each another', () => {
    const ids = Array.from({ length: 100 }, () => new RandomIdGenerator().nextId());
    expect(ids.map(parseUuid)).toEqual(ids);
    expect(new Set(ids).size).toBe(100);
  });
});
