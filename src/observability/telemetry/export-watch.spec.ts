import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { RecordingLogger } from '../../../test/fakes/observability.js';
import { ExportWatch } from './export-watch.js';

const SUCCESS = { code: ExportResultCode.SUCCESS };
const REFUSED = { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') };

/** Ends every export as it is told. */
class ScriptedExporter {
  result: ExportResult = SUCCESS;

  export(_items: string[], done: (result: ExportResult) => void): void {
    done(this.result);
  }
}

describe('ExportWatch', () => {
  let watch: ExportWatch;
  let logger: RecordingLogger;
  let traces: ScriptedExporter;
  let logs: ScriptedExporter;
  const results: ExportResult[] = [];
  const send = (exporter: ScriptedExporter, result: ExportResult): void => {
    exporter.result = result;
    exporter.export([], (ended) => results.push(ended));
  };

  beforeEach(() => {
    jest.useFakeTimers();
    results.length = 0;
    watch = new ExportWatch();
    logger = new RecordingLogger();
    traces = watch.over('traces', new ScriptedExporter());
    logs = watch.over('logs', new ScriptedExporter());
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('warns once of a collector that is away, and tells once that all signals flow again', () => {
    watch.reportTo(logger);
    for (let tries = 0; tries < 100; tries += 1) {
      send(traces, REFUSED);
      send(logs, REFUSED);
    }
    expect(logger.records).toMatchObject([
      {
        level: 'warn',
        event: 'telemetry_export_failed',
        fields: { signal: 'traces', reason: 'connect ECONNREFUSED' },
      },
    ]);
    send(traces, SUCCESS);
    expect(logger.events).toHaveLength(1);
    send(logs, SUCCESS);
    send(logs, SUCCESS);
    expect(logger.events).toEqual(['telemetry_export_failed', 'telemetry_export_resumed']);
  });

  it('does not flood the log for a collector that comes and goes', () => {
    watch.reportTo(logger);
    for (let tries = 0; tries < 100; tries += 1) send(traces, tries % 2 === 0 ? REFUSED : SUCCESS);
    expect(logger.events).toEqual(['telemetry_export_failed', 'telemetry_export_resumed']);
    jest.advanceTimersByTime(60_000);
    send(traces, REFUSED);
    expect(logger.events).toHaveLength(3);
  });

  it('keeps what it has to tell until there is a log', () => {
    send(traces, REFUSED);
    watch.reportTo(logger);
    expect(logger.events).toEqual(['telemetry_export_failed']);
  });

  it('hands every result on', () => {
    send(traces, REFUSED);
    send(traces, SUCCESS);
    expect(results).toEqual([REFUSED, SUCCESS]);
  });

  it('names a failure that has only a code', () => {
    watch.reportTo(logger);
    const error = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    send(traces, { code: ExportResultCode.FAILED, error });
    expect(logger.fieldsOf('telemetry_export_failed')).toMatchObject([{ reason: 'ECONNREFUSED' }]);
  });
});
