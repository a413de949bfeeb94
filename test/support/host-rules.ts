import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const SCRIPT = resolve(import.meta.dirname, '../../config/network-isolation/host-rules.sh');

/** Runs the operator's script. @returns whether it succeeded */
export function hostRules(verb: 'apply' | 'check' | 'remove'): boolean {
  const { status, error } = spawnSync(SCRIPT, [verb], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0;
}
