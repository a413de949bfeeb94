import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const TAIL_LINES = 20;
/** The service drains for 8 s at most. */
const STOP_MS = 15_000;
const PORT_MS = 10_000;

/** A Node process of ours, and what it wrote. */
export class Child {
  private readonly process: ChildProcess;
  private readonly script: string;
  private readonly exited: Promise<unknown>;
  private readonly tail: string[] = [];
  private isStopping = false;
  private readonly listeners: ((line: string) => void)[] = [];

  /** @param nodeArguments options of Node itself */
  constructor(
    script: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    nodeArguments: readonly string[] = [],
  ) {
    const child = spawn(process.execPath, [...nodeArguments, script, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    this.script = basename(script);
    this.exited = once(child, 'exit').then(() => {
      if (!this.isStopping)
        process.stderr.write(`${this.script} ended by itself (${this.end})\n${this.output}\n`);
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.tail.push(line);
        if (this.tail.length > TAIL_LINES) this.tail.shift();
        for (const listener of this.listeners) listener(line);
      });
    }
  }

  get hasExited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The last lines of its output. */
  get output(): string {
    return this.tail.join('\n');
  }

  onLine(listener: (line: string) => void): void {
    this.listeners.push(listener);
  }

  /** Of a server that tells its port as its first line. */
  async port(): Promise<number> {
    const told = new Promise<number>((resolve) => this.onLine((line) => resolve(Number(line))));
    const found = await Promise.race([told, sleep(PORT_MS, 0, { ref: false })]);
    if (!(found > 0)) throw new Error(`${this.script} does not start\n${this.output}`);
    return found;
  }

  private get end(): string {
    return this.process.signalCode ?? `exit code ${String(this.process.exitCode)}`;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.hasExited) return;
    this.process.kill('SIGTERM');
    const limit = new AbortController();
    const killed = sleep(STOP_MS, true, { signal: limit.signal }).catch(() => false);
    if ((await Promise.race([this.exited, killed])) === true) {
      this.process.kill('SIGKILL');
      await this.exited;
    }
    limit.abort();
  }
}
