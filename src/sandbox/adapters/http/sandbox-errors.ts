const RUNTIME_UNAVAILABLE = {
  sandbox_runtime_unavailable: 'Docker does not answer, so nothing can be said for sure.',
};

/** For the documentation: which error of a route comes when. */
export const CREATE_ERRORS = {
  takesJson: true,
  codes: {
    409: {
      sandbox_conflict:
        'The active sandbox has another agent or another volume; nothing was started or stopped.',
    },
    429: {
      sandbox_limit_reached: 'As many sandboxes are up as may be, and this chat has none; see `Retry-After`.',
    },
    500: {
      sandbox_endpoint_unavailable: 'An active sandbox has lost its address and replacing it failed too.',
    },
    503: {
      'sandbox_start_failed: image missing':
        'The container could not be started, and nothing of it is left; the reason names the cause.',
      sandbox_queue_timeout: 'Too many starts are waiting; see `Retry-After`.',
    },
  },
} as const;

export const DELETE_ERRORS = {
  codes: {
    500: { sandbox_delete_failed: 'Docker refused, timed out or is unreachable; the sweep tries again.' },
  },
} as const;

export const GET_ERRORS = {
  codes: { 404: { sandbox_not_found: 'The chat has no active sandbox.' }, 503: RUNTIME_UNAVAILABLE },
} as const;

export const LIST_ERRORS = { codes: { 503: RUNTIME_UNAVAILABLE } } as const;
