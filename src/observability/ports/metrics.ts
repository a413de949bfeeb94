export const METRICS = Symbol('Metrics');

/** Bounded values only: never the id of a chat, session, user or container. */
export type MetricAttributes = Readonly<Record<string, string>>;

/** What a gauge shows; null: it is not known now, and no value is shown. */
export type GaugeValue = number | null;

/** Figures of the process since its start. Names and meanings are those of `metric-catalogue.ts`. */
export interface Metrics {
  /** Adds one to a counter. */
  count(name: string, attributes?: MetricAttributes): void;
  /**
   * Adds an amount, which is not negative, to a counter. Adding 0 makes the series known before anything has happened,
   * so that its first increase is seen.
   */
  add(name: string, amount: number, attributes?: MetricAttributes): void;
  /** Adds a duration, in milliseconds, to a histogram. */
  duration(name: string, milliseconds: number, attributes?: MetricAttributes): void;
  /** Has the gauge read whenever the metrics are collected; to be called once a name. */
  gauge(name: string, read: () => GaugeValue | Promise<GaugeValue>): void;
}
