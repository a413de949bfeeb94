import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '#child';
import { freePort } from '#free-port';
import { HttpClient } from '#http-client';
import { type Stage } from '#stage';

const MAIN = join(import.meta.dirname, '../dist/main.js');
const READY_MS = 60_000;

export interface ServiceOptions {
  /** The engine's, or a recorder's. */
  readonly engineSocket: string;
  readonly logLevel?: 'debug' | 'info' | 'warn';
  /** Over the stage's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Between two looks at whether it is ready, each of which costs it a ping of the engine. */
  readonly pollMs?: number;
  /** Options of Node itself. */
  readonly nodeArguments?: readonly string[];
}

/** The built service as a process of its own. */
export class Service {
  readonly http: HttpClient;
  readonly port: number;
  private readonly child: Child;
  private readonly volume: string;

  private constructor(child: Child, port: number, volume: string) {
    this.child = child;
    this.port = port;
    this.http = new HttpClient({ host: '127.0.0.1', port });
    this.volume = volume;
  }

  /** Resolves once it is ready. @param onLine gets every line of its log, the first ones too */
  static async start(
    stage: Stage,
    { engineSocket, logLevel = 'warn', environment = {}, pollMs = 5, nodeArguments = [] }: ServiceOptions,
    onLine?: (line: string) => void,
  ): Promise<Service> {
    const port = await freePort();
    const variables = {
      ...inherited(),
      ...stage.environment,
      ...environment,
      APP_LOGGING_LEVEL: logLevel,
      APP_HTTP_PORT: String(port),
      APP_DOCKER_BASE_URL: `unix://${engineSocket}`,
    };
    const child = new Child(MAIN, [], variables, nodeArguments);
    if (onLine !== undefined) child.onLine(onLine);
    stage.cleanups.add('service', () => child.stop());
    const service = new Service(child, port, stage.volume);
    await service.untilReady(pollMs, stage.signal);
    return service;
  }

  private async untilReady(pollMs: number, signal: AbortSignal): Promise<void> {
    const limitMs = performance.now() + READY_MS;
    while (!(await this.isReady())) {
      signal.throwIfAborted();
      if (this.child.hasExited || performance.now() > limitMs) {
        throw new Error(`the service is not ready (was it built?)\n${this.child.output}`);
      }
      await sleep(pollMs);
    }
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await this.http.send('GET', '/readyz')).status === 200;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Asks the process for something that it was told to do at a signal. */
  signal(name: NodeJS.Signals): void {
    this.child.signal(name);
  }

  /** @returns the answer's body */
  create(chatId: string): Promise<string> {
    return this.http.expect(200, 'POST', '/api/v1/create', this.createRequestOf(chatId));
  }

  createRequestOf(chatId: string): string {
    return JSON.stringify({ chat_id: chatId, agent_id: 'bench', volume_host_path: this.volume });
  }

  async delete(chatId: string): Promise<void> {
    const body = await this.http.expect(200, 'DELETE', `/api/v1/sandboxes/${chatId}`);
    const { result } = JSON.parse(body) as { result: string };
    if (result !== 'deleted') throw new Error(`the sandbox of ${chatId} was ${result}`);
  }

  async stop(): Promise<void> {
    this.http.close();
    await this.child.stop();
  }
}

/** Ours without what would configure the service. */
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('APP_') && !name.startsWith('OTEL_')),
  );
