import { interruption } from './interruption.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Gives the action a deadline, and lets an interruption end it.
 * The race is there because an action need not heed its signal: dockerode never settles when an answer breaks off.
 * @param action gets an AbortSignal for what it calls
 * @param options.evenWhenInterrupted for cleaning up: an interruption changes nothing
 * @throws SetupError when the time is over
 */
export async function withDeadline(what, milliseconds, action, { evenWhenInterrupted = false } = {}) {
  const deadline = AbortSignal.timeout(milliseconds);
  const signal = evenWhenInterrupted ? deadline : AbortSignal.any([deadline, interruption]);
  const over = Promise.withResolvers();
  signal.addEventListener('abort', () => over.reject(signal.reason));
  try {
    signal.throwIfAborted();
    return await Promise.race([action(signal), over.promise]);
  } catch (error) {
    if (deadline.aborted) throw new SetupError(`${what}: not done within ${milliseconds / 1000} s`);
    throw error;
  }
}
