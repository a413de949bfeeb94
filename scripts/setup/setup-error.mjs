/** Something the reader can act on: it is shown as it is, without a stack. */
export class SetupError extends Error {}
