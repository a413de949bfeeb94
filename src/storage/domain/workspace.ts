/** Everything that one user keeps. */
export interface Workspace {
  readonly workspaceId: string;
  /** Whose it is; nobody else's workspace has the same. */
  readonly userId: string;
  readonly createdAt: Date;
}
