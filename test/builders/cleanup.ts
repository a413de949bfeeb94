import type { CleanupCounts } from '../../src/sandbox/use-cases/cleanup-events.js';

/** What a pass counts that had nothing to do, unless told otherwise. */
export const cleanupCounts = (overrides: Partial<CleanupCounts> = {}): CleanupCounts => ({
  adopted: 0,
  expired: 0,
  orphan_removed: 0,
  holder_removed: 0,
  forgotten: 0,
  error: 0,
  unreadable: 0,
  unfinished: 0,
  ...overrides,
});
