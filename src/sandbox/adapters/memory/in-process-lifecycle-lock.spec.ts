import { describe } from '@jest/globals';
import { itIsALifecycleLock } from '../../../../test/contracts/lifecycle-lock.contract.js';
import { InProcessLifecycleLock } from './in-process-lifecycle-lock.js';

describe('InProcessLifecycleLock', () => {
  itIsALifecycleLock(() => new InProcessLifecycleLock());
});
