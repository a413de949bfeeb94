import { describe, expect, it } from '@jest/globals';
import { CHAT } from '../../../test/builders/ids.js';
import { containerNameOf } from './container-name.js';

describe('containerNameOf', () => {
  it('derives the name from the chat alone for the default instance', () => {
    expect(containerNameOf(CHAT, 'default')).toBe(`sandbox-${CHAT}`);
  });

  it('keeps other instances apart by their name', () => {
    expect(containerNameOf(CHAT, 'staging')).toBe(`sandbox-staging-${CHAT}`);
  });
});
