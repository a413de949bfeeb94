import { type RuntimeFailure, SandboxRuntimeError } from '../../ports/sandbox-runtime.js';

/** An error of dockerode's that stands for an answer of the engine. */
interface EngineAnswer extends Error {
  readonly statusCode: number;
  /** The body of the answer; `message` of the error itself starts with dockerode's own words for the status. */
  readonly json?: unknown;
}

/** What the engine's answers mean; the wording is that of Docker 20.10 to 29, seen in its source and its answers. */
const MEANINGS: readonly (readonly [status: number | null, wording: RegExp, meaning: RuntimeFailure])[] = [
  [404, /no such image/i, 'image-missing'],
  [404, /no such container/i, 'no-such-container'],
  [409, /name .* is already in use/i, 'name-taken'],
  [null, /cannot join network of a non running container/i, 'network-holder-lost'],
  [null, /network .* not found|could not find network|no such network/i, 'network-missing'],
  [null, /network .* is ambiguous/i, 'network-ambiguous'],
  // "adding interface ... to bridge ... failed: exchange full": the bridge has its 1,023 ports.
  [null, /to bridge .* failed: exchange full|no available IPv\d addresses on this network/i, 'network-full'],
  [
    null,
    /could not find an available, non-overlapping IPv4 address pool|address pools have been fully subnetted/i,
    'address-pools-exhausted',
  ],
  [null, /bind source path does not exist|mount.*no such file or directory/i, 'mount-source-missing'],
];

/** The engine's failure, or the connection's, in our words. */
export function toRuntimeError(error: unknown): SandboxRuntimeError {
  if (error instanceof SandboxRuntimeError) return error;
  if (!isEngineAnswer(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new SandboxRuntimeError('unreachable', message, { cause: error });
  }
  const message = wordingOf(error);
  return new SandboxRuntimeError(meaningOf(error.statusCode, message), message, { cause: error });
}

function wordingOf({ json, message }: EngineAnswer): string {
  const isWorded =
    typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string';
  return isWorded ? String(json.message) : message.trim();
}

const isEngineAnswer = (error: unknown): error is EngineAnswer =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';

function meaningOf(statusCode: number, message: string): RuntimeFailure {
  const found = MEANINGS.find(
    ([status, wording]) => (status === null || status === statusCode) && wording.test(message),
  );
  if (found !== undefined) return found[2];
  return statusCode >= 500 ? 'failed' : 'refused';
}

/** Whether the engine answered with this status. */
export const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof SandboxRuntimeError && isEngineAnswer(error.cause) && error.cause.statusCode === status;
