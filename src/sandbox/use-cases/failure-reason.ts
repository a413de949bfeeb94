import { SandboxStartFailedError } from '../domain/errors.js';
import { type RuntimeFailure, SandboxRuntimeError } from '../ports/sandbox-runtime.js';

const REASONS: Record<RuntimeFailure, string> = {
  unreachable: 'Docker unreachable',
  'timed-out': 'Docker timed out',
  'name-taken': 'name taken by another container',
  'no-such-container': 'container was removed while it was starting',
  'image-missing': 'image missing',
  'network-missing': 'network missing',
  'network-not-isolated': 'network missing isolation',
  'network-ambiguous': 'several networks of one name',
  'network-full': 'no room on any network',
  'address-pools-exhausted': 'no addresses left for another network',
  'network-holder-lost': 'network was lost while it was starting',
  'mount-source-missing': 'mount source missing',
  failed: 'Docker failed',
  refused: 'Docker refused the container',
};

/** A failure of the engine as the caller of `create` is told of it; any other error stays what it is. */
export const toStartFailure = (error: unknown): unknown =>
  error instanceof SandboxRuntimeError
    ? new SandboxStartFailedError(REASONS[error.failure], { cause: error })
    : error;
