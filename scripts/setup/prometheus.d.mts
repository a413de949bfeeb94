/** @returns the folder of `prometheus` and `promtool` */
export function ensurePrometheus(): Promise<string>;
