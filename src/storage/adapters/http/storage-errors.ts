const DATABASE_UNAVAILABLE = {
  database_unavailable: 'The database does not answer; `Retry-After` says when to try again.',
};

const NO_WORKSPACE = { workspace_not_found: 'There is no such workspace.' };
const NO_CHAT = { chat_not_found: 'There is no such chat.' };
const NO_FILE = {
  chat_not_found: 'There is no such chat.',
  chat_file_not_found: 'The chat has no such file (now).',
};
const FULL = { storage_full: 'The disk is full; nothing was changed.' };

/** Of what has to know that no sandbox is up. */
const ACTIVITY_UNKNOWN = {
  sandbox_runtime_unavailable: 'Docker does not answer, so it is not known whether a sandbox is up.',
  sandbox_queue_timeout: "The chat's sandbox is busy; see `Retry-After`.",
};

const DELETE_CODES = {
  409: { chat_has_active_sandbox: 'A sandbox is up; nothing was deleted.' },
  503: { ...DATABASE_UNAVAILABLE, ...ACTIVITY_UNKNOWN },
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
    // Asked only where an interrupted deletion of a chat with this id is to be finished first.
    503: {
      ...DATABASE_UNAVAILABLE,
      ...ACTIVITY_UNKNOWN,
      workspace_busy: 'The chat comes and goes; see `Retry-After`.',
    },
    507: FULL,
  },
} as const;

export const OF_CHAT_ERRORS = { codes: { 404: NO_CHAT, 503: DATABASE_UNAVAILABLE } } as const;

export const DELETE_CHAT_ERRORS = { codes: { ...DELETE_CODES, 404: NO_CHAT } } as const;

const WRITE_CODES = {
  408: { request_timeout: 'The body stood still for a minute; the connection is closed.' },
  413: {
    payload_too_large: 'It is over `storage.max_file_bytes`; for a history, `storage.max_history_bytes`.',
    workspace_quota_exceeded: 'It would take the workspace over its quota.',
  },
  404: NO_CHAT,
  503: DATABASE_UNAVAILABLE,
  507: FULL,
};

const STORE_FILE_CODES = {
  ...WRITE_CODES,
  400: { incomplete_body: 'The body ended early.' },
  415: { unsupported_media_type: 'The body is compressed.' },
  409: { chat_file_exists: 'Something keeps taking the name back.' },
  422: {
    invalid_attachment_name:
      'The name is empty, `.` or `..`, over 255 bytes of UTF-8, not UTF-8, or has a slash, a backslash, a control ' +
      'character or one that turns the direction of text.',
    reserved_attachment_name: 'The service itself uses the name: `history.md`.',
  },
};

export const STORE_FILE_ERRORS = { codes: STORE_FILE_CODES } as const;

export const UPLOAD_FILE_ERRORS = {
  codes: {
    ...STORE_FILE_CODES,
    400: { malformed_multipart: 'The body is no proper form, or ended early.' },
    409: { chat_file_exists: 'Something has this name, and `replace` is not true; or keeps taking it back.' },
    415: {
      unsupported_media_type: 'The body is not `multipart/form-data` with a boundary, or is compressed.',
    },
  },
} as const;

export const OF_FILE_ERRORS = { codes: { 404: NO_FILE, 503: DATABASE_UNAVAILABLE } } as const;

export const FILE_CONTENT_ERRORS = {
  codes: {
    ...OF_FILE_ERRORS.codes,
    416: { range_not_satisfiable: 'The range begins behind the end; `Content-Range` tells the size.' },
  },
} as const;

const HISTORY_BUSY = { history_busy: "The sandbox keeps putting something else in the history's place." };

export const READ_HISTORY_ERRORS = {
  codes: { 404: NO_CHAT, 409: HISTORY_BUSY, 503: DATABASE_UNAVAILABLE, 507: FULL },
} as const;

export const WRITE_HISTORY_ERRORS = {
  codes: {
    ...WRITE_CODES,
    400: { incomplete_body: 'The body ended early.' },
    409: HISTORY_BUSY,
    412: { history_changed: 'The history has none of the tags of `If-Match`.' },
    415: { unsupported_media_type: 'The body is not `text/*` in UTF-8, or is compressed.' },
    422: { invalid_encoding: 'The body is not UTF-8.' },
  },
} as const;
