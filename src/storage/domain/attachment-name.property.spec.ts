import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAttachmentName } from './attachment-name.js';

describe('the name of an attachment', () => {
  it('is one entry of a directory, whose bytes give the name back', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom('/', '\\', '.', '..', '\0', '\n', 'history.md', '\u202e', '\ud800'),
    );
    const name = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));
    fc.assert(
      fc.property(name, (each) => {
        if (!isAttachmentName(each)) return;
        const bytes = Buffer.from(each);
        expect(bytes.toString()).toBe(each);
        expect(bytes.length).toBeGreaterThan(0);
        expect(bytes.length).toBeLessThan(256);
        expect(bytes.includes(0) || bytes.includes('/')).toBe(false);
        expect(['.', '..', 'history.md']).not.toContain(each);
      }),
      { numRuns: 2000 },
    );
  });

  it('is told by its bytes: no two that are accepted have the same', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        if (!isAttachmentName(one) || !isAttachmentName(other)) return;
        expect(Buffer.from(one).equals(Buffer.from(other))).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });
});
