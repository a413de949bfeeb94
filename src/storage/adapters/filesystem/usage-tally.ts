/** The unit of `st_blocks`. */
const BLOCK = 512;
/** Of files with more than one name, so many are known again. */
const MAX_KNOWN = 200_000;

/** What `find` is to print of each file: where it began, size, blocks, links and inode. */
export const TALLY_FORMAT = '%H %s %b %n %i\\n';

/** Sums up what `find` prints, by where it began; a file of several names once. */
export class UsageTally {
  readonly bytesByStart = new Map<string, number>();
  private readonly known = new Set<string>();
  private rest = '';

  add(output: string): void {
    const lines = (this.rest + output).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.addLine(line);
  }

  private addLine(line: string): void {
    const [start = '', size, blocks, links, inode = ''] = line.split(' ');
    if (links !== '1' && this.isKnown(inode)) return;
    const bytes = Math.min(Number(size), Number(blocks) * BLOCK);
    this.bytesByStart.set(start, (this.bytesByStart.get(start) ?? 0) + bytes);
  }

  /** More than it can know count by each of their names: too much rather than nothing. */
  private isKnown(inode: string): boolean {
    if (this.known.has(inode)) return true;
    if (this.known.size < MAX_KNOWN) this.known.add(inode);
    return false;
  }
}
