import { describe } from '@jest/globals';
import { itIsASessionRegistry } from '../../../../test/contracts/session-registry.contract.js';
import { InMemorySessionRegistry } from './in-memory-session-registry.js';

describe('InMemorySessionRegistry', () => {
  itIsASessionRegistry(() => new InMemorySessionRegistry());
});
