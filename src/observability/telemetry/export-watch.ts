import type { ExportResult } from '@opentelemetry/core';
import type { LogFields, Logger } from '../ports/logger.js';

type Signal = 'traces' | 'metrics' | 'logs';

interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

/** `ExportResultCode.SUCCESS`, whose package a start without telemetry would load for this one figure. */
const SUCCESS = 0;
/** A collector that comes and goes is complained of once in this time. */
const QUIET_MS = 60_000;

/**
 * Sees how every export ends. An absent collector is worth one warning, not one a batch, and its return is worth a word
 * too. What could not be sent is dropped by the SDK, whose queues are bounded.
 */
export class ExportWatch {
  private readonly failing = new Set<Signal>();
  private isTold = false;
  private toldAtMs = -Infinity;
  private logger: Logger | null = null;
  /** What happened before there was a log to tell it to. */
  private readonly untold: (() => void)[] = [];

  over<Items, E extends Exporter<Items>>(signal: Signal, exporter: E & Exporter<Items>): E {
    const send = exporter.export.bind(exporter);
    exporter.export = (items, done) => {
      send(items, (result) => {
        this.note(signal, result);
        done(result);
      });
    };
    return exporter;
  }

  reportTo(logger: Logger): void {
    this.logger = logger;
    for (const tell of this.untold.splice(0)) tell();
  }

  private note(signal: Signal, { code, error }: { code: number; error?: Error }): void {
    if (code === SUCCESS) {
      this.failing.delete(signal);
      if (!this.isTold || this.failing.size > 0) return;
      this.isTold = false;
      this.tell('info', 'telemetry_export_resumed', {});
    } else {
      this.failing.add(signal);
      if (this.isTold || performance.now() - this.toldAtMs < QUIET_MS) return;
      this.isTold = true;
      this.toldAtMs = performance.now();
      this.tell('warn', 'telemetry_export_failed', { signal, reason: reasonOf(error) });
    }
  }

  private tell(level: 'info' | 'warn', event: string, fields: LogFields): void {
    if (this.logger === null) this.untold.push(() => this.logger?.[level](event, fields));
    else this.logger[level](event, fields);
  }
}

/** Several addresses tried in vain make an error without a message of its own. */
const reasonOf = (error: Error | undefined): string =>
  error?.message || (error as NodeJS.ErrnoException | undefined)?.code || 'unknown';
