const DATABASE_UNAVAILABLE = {
  database_unavailable: 'The database does not answer; `Retry-After` says when to try again.',
};

const NO_WORKSPACE = { workspace_not_found: 'There is no such workspace.' };
const NO_CHAT = { chat_not_found: 'There is no such chat.' };
const FULL = { storage_full: 'The disk is full; nothing was changed.' };

const DELETE_CODES = {
  409: { chat_has_active_sandbox: 'A sandbox is up; nothing was deleted.' },
  503: {
    ...DATABASE_UNAVAILABLE,
    sandbox_runtime_unavailable: 'Docker does not answer, so it is not known whether a sandbox is up.',
    sandbox_queue_timeout: "The chat's sandbox is busy; see `Retry-After`.",
  },
  507: FULL,
};

/** For the documentation: which error of a route comes when. */
export const CREATE_WORKSPACE_ERRORS = {
  takesJson: true,
  codes: { 503: DATABASE_UNAVAILABLE, 507: FULL },
} as const;

export const LIST_WORKSPACES_ERRORS = { codes: { 503: DATABASE_UNAVAILABLE } } as const;

export const OF_WORKSPACE_ERRORS = { codes: { 404: NO_WORKSPACE, 503: DATABASE_UNAVAILABLE } } as const;

export const DELETE_WORKSPACE_ERRORS = {
  codes: {
    ...DELETE_CODES,
    404: NO_WORKSPACE,
    503: { ...DELETE_CODES[503], workspace_busy: 'Chats were added meanwhile; nothing was deleted.' },
  },
} as const;

export const CREATE_CHAT_ERRORS = {
  takesJson: true,
  codes: {
    404: NO_WORKSPACE,
    409: {
      chat_conflict: 'Another workspace has a chat with this id.',
      chat_has_active_sandbox: 'An interrupted deletion of a chat with this id waits for its sandbox to end.',
    },
    503: { ...DATABASE_UNAVAILABLE, workspace_busy: 'The chat comes and goes; see `Retry-After`.' },
    507: FULL,
  },
} as const;

export const OF_CHAT_ERRORS = { codes: { 404: NO_CHAT, 503: DATABASE_UNAVAILABLE } } as const;

export const DELETE_CHAT_ERRORS = { codes: { ...DELETE_CODES, 404: NO_CHAT } } as const;
