import type { Outcome } from './battle.js';

const MAX_MEMORY_GROWTH_MIB = 150;
/** What a call may take. */
const MAX_CALL_MS = 5000;
/** On a machine that is so busy that it keeps those waiting whom nobody fights: so many times as long as they. */
const MAX_TIMES_QUIET = 4;
/** Connections that the client side has not let go of, and the like. */
const MAX_MORE_DESCRIPTORS = 12;
/** What the swappers plant whatever machine they run on. Had the service met none of it, nothing would be proved. */
const KINDS = ['symlink', 'directory', 'fifo', 'hard_link'];

/** What must not be; empty where the service has stood. */
export function faultsOf(outcome: Outcome): string[] {
  const { tally, quietSlowestMs, stopped, touched, met, descriptors, memoryGrowthMib, besideChats } = outcome;
  const limitMs = Math.max(MAX_CALL_MS, MAX_TIMES_QUIET * quietSlowestMs);
  const more = descriptors.after - descriptors.before;
  return [
    ...tally.firstFaults,
    ...(tally.slowestMs > limitMs
      ? [`a call took ${tally.slowestMs.toFixed(0)} ms, of ${limitMs.toFixed(0)}`]
      : []),
    ...(stopped > 0 ? [`${stopped} attackers stopped before the end`] : []),
    ...touched.map((path) => `${path} was touched`),
    ...KINDS.filter((kind) => (met[kind] ?? 0) === 0).map((kind) => `no ${kind} was ever met`),
    ...(more > MAX_MORE_DESCRIPTORS ? [`${more} descriptors were left open`] : []),
    ...(memoryGrowthMib > MAX_MEMORY_GROWTH_MIB ? [`memory grew by ${memoryGrowthMib.toFixed(0)} MiB`] : []),
    ...besideChats.filter((name) => !name.startsWith('.aside-')).map((name) => `${name} was left behind`),
  ];
}
