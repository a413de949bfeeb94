import { describe } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { itIsAStartQueue } from '../../../../test/contracts/start-queue.contract.js';
import { BoundedStartQueue } from './bounded-start-queue.js';

describe('BoundedStartQueue', () => {
  itIsAStartQueue((maxConcurrentStarts) => new BoundedStartQueue(aSandboxConfig({ maxConcurrentStarts })));
});
