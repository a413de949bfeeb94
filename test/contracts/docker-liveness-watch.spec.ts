import { describe } from '@jest/globals';
import { WatchedEngine } from '../support/watched-engine.js';
import { itIsALivenessWatch } from './liveness-watch.contract.js';

describe('DockerLivenessWatch', () => {
  itIsALivenessWatch(() => WatchedEngine.open());
});
