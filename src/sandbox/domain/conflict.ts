import type { Sandbox } from './sandbox.js';

type Terms = Pick<Sandbox, 'agentId' | 'volumeHostPath'>;
export type ConflictField = 'agent_id' | 'volume_host_path';

/** In what an active sandbox differs from what is asked for, agent first; empty: it can be reused. */
export function conflictBetween(active: Terms, requested: Terms): ConflictField[] {
  const fields: ConflictField[] = [];
  if (active.agentId !== requested.agentId) fields.push('agent_id');
  if (active.volumeHostPath !== requested.volumeHostPath) fields.push('volume_host_path');
  return fields;
}
