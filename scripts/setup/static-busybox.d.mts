export function ensureStaticBusybox(): Promise<string>;
