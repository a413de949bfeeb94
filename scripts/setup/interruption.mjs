import { constants } from 'node:os';

const controller = new AbortController();

/** Aborted by the first SIGINT or SIGTERM; its reason is the signal's name. */
export const interruption = controller.signal;

/** From now on these signals end what is under way instead of the process; a repeated one changes nothing. */
export function catchSignals() {
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => controller.abort(name));
}

/** The exit code by which a shell tells that a signal ended a process. */
export const exitCodeOfSignal = (name) => 128 + constants.signals[name];
