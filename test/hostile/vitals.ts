import { readdir, readFile } from 'node:fs/promises';

const EVERY_MS = 200;

export async function descriptorsOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** Watches how much memory a process holds. */
export class MemoryWatch {
  peakMib = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly pid: number,
    readonly startMib: number,
  ) {
    this.timer = setInterval(() => void this.look(), EVERY_MS);
  }

  static async on(pid: number): Promise<MemoryWatch> {
    return new MemoryWatch(pid, await residentMib(pid));
  }

  private async look(): Promise<void> {
    try {
      this.peakMib = Math.max(this.peakMib, await residentMib(this.pid));
    } catch {
      // It has ended; whoever waits for its answers is told so.
      clearInterval(this.timer);
    }
  }

  get growthMib(): number {
    return this.peakMib - this.startMib;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
