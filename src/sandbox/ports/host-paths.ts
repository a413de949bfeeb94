export const HOST_PATHS = Symbol('HostPaths');

/** The directories of the engine's host, as this process sees them. */
export interface HostPaths {
  /**
   * The one path that a path means: `..`, doubled slashes and symbolic links resolved as the kernel does, from left to
   * right; a missing tail stays as it is, `..` in it being lexical. A leading `~` or `~/` is this user's home.
   * @throws InvalidInputError (field `volume_host_path`) when it is relative, names no directory, loops, is too long or
   * cannot be looked at
   */
  canonicalDirectory(path: string): Promise<string>;

  /** The same for a path of the configuration, which may name anything; one that cannot be resolved stays as it is. */
  canonical(path: string): Promise<string>;

  /** Whether a container whose process has this numeric `uid:gid` (empty: root) could write there; null: unknown. */
  isWritableBy(path: string, user: string): Promise<boolean | null>;
}
