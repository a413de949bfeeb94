import type { DestinationStream } from 'pino';
import type { Redaction } from './redaction.js';

/** Where records go: each to every stream, without secrets. */
export class LogOutput implements DestinationStream {
  constructor(
    private readonly redact: Redaction,
    private readonly streams: readonly DestinationStream[],
  ) {}

  write(record: string): void {
    const safe = this.redact(record);
    for (const stream of this.streams) stream.write(safe);
  }
}
