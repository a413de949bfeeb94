import type { Endpoint } from '../domain/sandbox.js';

export const READINESS_PROBE = Symbol('ReadinessProbe');

export interface ReadinessProbe {
  /** Whether the agent answers at its endpoint now. Never throws; ends within `limitMs`. */
  isReady(endpoint: Endpoint, limitMs: number): Promise<boolean>;
}
