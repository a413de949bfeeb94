import { loadavg } from 'node:os';
import { Cleanups } from '#cleanups';
import { type Row } from '#report';
import { setStage, type Stage } from '#stage';
import { tell } from '#tell';

/** What a part has measured. */
export interface Figures {
  readonly rows: readonly Row[];
  /** Tables and notes that stand below. */
  readonly details?: readonly string[];
}

/** One subject, on a stage of its own. @param isQuick says only whether something is badly off */
export type Part = (stage: Stage, isQuick: boolean) => Promise<Figures>;

/**
 * Whatever becomes of it, nothing of it is left for the part that follows.
 * @param variables `NAME=value`, for the service
 */
export async function runOnStage(
  part: Part,
  isQuick: boolean,
  variables: readonly string[],
  signal: AbortSignal,
): Promise<Required<Figures> & { readonly circumstances: string }> {
  const beganMs = performance.now();
  const load = [loadavg()[0]];
  const cleanups = new Cleanups();
  try {
    const { rows, details = [] } = await part(await setStage(cleanups, signal, variables), isQuick);
    load.push(loadavg()[0]);
    const minutes = ((performance.now() - beganMs) / 60_000).toFixed(1);
    const shownLoad = load.map((value) => value?.toFixed(1)).join(' to ');
    return { rows, details, circumstances: `${minutes} min, load average ${shownLoad}` };
  } finally {
    for (const failure of await cleanups.run()) tell(`left behind: ${failure}`);
  }
}
