const HEALTH_PATHS: readonly string[] = ['/api/v1/health', '/livez', '/readyz'];

/** Whether the path, spelt exactly so, is that of a health route: open to all, never limited, logged only for debugging. */
export const isHealthPath = (path: string): boolean => HEALTH_PATHS.includes(path);
