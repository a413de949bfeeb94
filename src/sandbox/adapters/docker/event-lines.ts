/** An exec's whole command line is in its event, so that a line can be long. */
const MAX_LINE = 1024 * 1024;

/** Puts the lines of a stream together again, however it was cut into pieces. */
export class EventLines {
  private rest = '';

  constructor(private readonly maxLine = MAX_LINE) {}

  /** @returns the lines that are whole now, empty ones left out. @throws Error when one is longer than any event */
  add(piece: string): string[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > this.maxLine) throw new Error(`a line of more than ${this.maxLine} characters`);
    return lines.filter((line) => line.trim() !== '');
  }
}
