/** How spans and log records wait for the collector. What does not fit into the queue is dropped. */
export const BATCH = {
  queue: { maxQueueSize: 4096, maxExportBatchSize: 512, scheduledDelayMillis: 1000 },
  /** For one batch, with its repetitions. */
  sendMs: 10_000,
};
