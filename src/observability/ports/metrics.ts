export const METRICS = Symbol('Metrics');

/** Bounded values only: never the id of a chat, session, user or container. */
export type MetricAttributes = Readonly<Record<string, string>>;

export interface Metrics {
  /** Adds one to a counter. */
  count(name: string, attributes?: MetricAttributes): void;
  /** Adds an amount, not negative, to a counter. */
  add(name: string, amount: number, attributes?: MetricAttributes): void;
  /** Adds a duration, in milliseconds, to a histogram. */
  duration(name: string, milliseconds: number, attributes?: MetricAttributes): void;
  /** Has the gauge read whenever the metrics are collected; to be called once a name. */
  gauge(name: string, read: () => number): void;
}
