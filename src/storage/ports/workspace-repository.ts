import type { Slice } from '../domain/slice.js';
import type { Workspace } from '../domain/workspace.js';

export const WORKSPACE_REPOSITORY = Symbol('WorkspaceRepository');

/**
 * The workspaces, at most one a user. A marked one is on its way out: no method but those about marks knows it any more,
 * its user can have a new one, and the mark outlives the process, so that what was begun is finished.
 */
export interface WorkspaceRepository {
  find(workspaceId: string): Promise<Workspace | null>;

  findByUser(userId: string): Promise<Workspace | null>;

  /** Oldest first, ties by id. @param userId only this user's; null: everybody's */
  list(userId: string | null, slice: Slice): Promise<Workspace[]>;

  /**
   * Keeps the workspace unless its user has one already, also where many do so at once.
   * @returns the user's workspace: this one or the one that was there
   */
  add(workspace: Workspace): Promise<Workspace>;

  /**
   * Marks the workspace and exactly these chats in it; marked ones stay so.
   * @returns false, and nothing is marked, when it has other chats than these that are not marked
   */
  mark(workspaceId: string, chatIds: readonly string[], at: Date): Promise<boolean>;

  isMarked(workspaceId: string): Promise<boolean>;

  /** The ids of all marked ones. */
  listMarked(): Promise<string[]>;

  /** Drops the workspace if it is marked and has no chat any more; else does nothing. */
  dropMarked(workspaceId: string): Promise<void>;
}
