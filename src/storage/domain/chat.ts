/** One conversation, whose content lies in a directory of its own. */
export interface Chat {
  readonly chatId: string;
  readonly workspaceId: string;
  readonly createdAt: Date;
}
