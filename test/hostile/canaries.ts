import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** No upload of the run is as long, so that a list or a header that tells this length has looked at a canary. */
const SIZE = 48_611;
/** The header of the service's own database, and what stands in its environment. */
const OWN_MARKS = ['SQLite format 3', 'APP_HTTP_PORT='];

interface Canary {
  readonly path: string;
  readonly state: string;
}

/** Files of the host that nobody is to read, write or remove through a chat's directory. */
export class Canaries {
  private readonly watched: Canary[] = [];
  private readonly marks: readonly Buffer[];

  /** @param mark stands in each of them, again and again: any 32 bytes of them show it */
  private constructor(
    readonly mark: string,
    readonly files: readonly string[],
    readonly directory: string,
    private readonly others: readonly string[],
  ) {
    this.marks = [mark, ...OWN_MARKS, `"size_bytes":${SIZE}`].map((text) => Buffer.from(text));
  }

  static readonly newMark = (): string => `CANARY${randomBytes(4).toString('hex')}`;
  static readonly contentOf = (mark: string): string =>
    mark.repeat(Math.ceil(SIZE / mark.length)).slice(0, SIZE);

  /**
   * @param root a directory of the service's own
   * @param mark as in what is planted elsewhere
   * @param others further files to lead links to
   */
  static async plant(root: string, mark: string, others: readonly string[]): Promise<Canaries> {
    const directory = join(root, 'canaries/directory');
    const files = [join(root, 'canaries/file'), join(directory, 'history.md'), join(directory, 'inside')];
    await mkdir(directory, { recursive: true, mode: 0o777 });
    for (const path of files) await writeFile(path, Canaries.contentOf(mark), { mode: 0o644 });
    const canaries = new Canaries(mark, files, directory, others);
    for (const path of [...files, directory]) canaries.watched.push({ path, state: await stateOf(path) });
    return canaries;
  }

  /** What links of the sandbox are to lead to, as the service sees it. */
  get targets(): string[] {
    return [...this.files, this.directory, dirname(this.directory), ...this.others];
  }

  /** Whether the answer shows anything of a canary. */
  showsIn(answer: Buffer): boolean {
    return this.marks.some((mark) => answer.includes(mark));
  }

  /** @returns the canaries that are not as they were planted */
  async touched(): Promise<string[]> {
    const touched: string[] = [];
    for (const { path, state } of this.watched) if ((await stateOf(path)) !== state) touched.push(path);
    return touched;
  }
}

/** All but the change time and the links, which planting a hard link changes. */
async function stateOf(path: string): Promise<string> {
  const { ino, mode, uid, gid, size, mtimeNs, isDirectory } = await lstat(path, { bigint: true }).then(
    (stats) => ({ ...stats, isDirectory: stats.isDirectory() }),
  );
  const content = isDirectory ? (await readdir(path)).sort().join() : await readFile(path, 'utf8');
  return [ino, mode, uid, gid, size, mtimeNs, content].join(':');
}
