import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { INSTANCE_PREFIX, removeAllOf } from './engine.js';
import { endOfProcess } from './end-of-process.js';
import { eventually } from './eventually.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** What `npm run start:prod` runs, by the Node that runs the tests. */
const COMMAND = [
  process.execPath,
  '--enable-source-maps',
  '--import',
  './dist/observability/start-telemetry.js',
  'dist/main.js',
];

export interface SandboxAnswer {
  readonly session_id: string;
  readonly chat_id: string;
  readonly agent_id: string;
  readonly volume_host_path: string;
  readonly container_id: string;
  readonly endpoint: { readonly ip: string; readonly port: number };
  readonly status: string;
  readonly expires_at: string;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

type Environment = Readonly<Record<string, string>>;
export type LogRecord = Readonly<Record<string, unknown>>;

/** The built service as its own process, with an instance, a network and directories of its own. */
export class Service {
  readonly instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
  readonly network = this.instance;
  readonly log: LogRecord[] = [];
  errors = '';
  /** Every line of standard output, as it came. */
  readonly lines: string[] = [];
  private process: ChildProcess | null = null;
  private url = '';

  private constructor(
    readonly directory: string,
    private readonly environment: Environment,
    private readonly command: readonly string[],
  ) {}

  /** Makes its directories; `start` starts it. */
  static async prepare(
    environment: Environment = {},
    command: readonly string[] = COMMAND,
  ): Promise<Service> {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-test-'));
    await mkdir(join(directory, 'volume'), { mode: 0o777 });
    return new Service(directory, environment, command);
  }

  static async start(environment: Environment = {}): Promise<Service> {
    const service = await Service.prepare(environment);
    await service.start();
    await service.untilReady();
    return service;
  }

  get volume(): string {
    return join(this.directory, 'volume');
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** Its configuration, as variables: what is its own, and what it was prepared with. */
  get settings(): Environment {
    const own = join(this.directory, 'own');
    return {
      APP_HTTP_PORT: '0',
      APP_INSTANCE: this.instance,
      APP_SANDBOX_NETWORK_NAME: this.network,
      APP_SANDBOX_CHATS_ROOT: join(own, 'chats'),
      APP_SANDBOX_DEPENDENCIES_HOST_PATH: join(own, 'dependencies'),
      APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: join(own, 'tools'),
      APP_STORAGE_DATABASE_URL: `sqlite:${join(own, 'database', 'test.db')}`,
      APP_SANDBOX_VOLUME_ALLOWED_ROOTS: tmpdir(),
      ...this.environment,
    };
  }

  /** Starts the process and waits until it listens. */
  async start(environment: Environment = {}): Promise<void> {
    const [program = '', ...words] = this.command;
    this.process = spawn(program, words, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '/',
        ...this.settings,
        ...environment,
      },
    });
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('the process has no output');
    stderr.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    const started = Promise.withResolvers<string>();
    createInterface(stdout).on('line', (line) => {
      this.lines.push(line);
      const record = JSON.parse(line) as LogRecord;
      this.log.push(record);
      if (record.msg === 'service_started') started.resolve(String(record.url));
    });
    this.process.once('exit', (code) => {
      started.reject(new Error(`the service ended with ${String(code)}: ${this.errors}`));
    });
    this.url = await started.promise;
  }

  async untilReady(): Promise<void> {
    await eventually(
      async () => (await this.request('GET', '/readyz')).status === 200,
      'the service is ready',
    );
  }

  /** Sends a signal and waits for the end. @returns the exit code, or null when a signal ended it */
  end(signal: NodeJS.Signals): Promise<number | null> {
    return endOfProcess(this.process, signal);
  }

  /** Ends it and removes all that it made. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    await removeAllOf(this.instance);
    await rm(this.directory, { recursive: true, force: true });
  }

  async request<T = unknown>(method: string, path: string, init: RequestInit = {}): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      signal: AbortSignal.timeout(120_000),
      ...init,
      // One each: a kept connection may be closed by the service, which it has idled for too long, as the next is sent.
      headers: { ...(init.headers as Environment | undefined), Connection: 'close' },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  }

  post<T = unknown>(path: string, body: unknown, headers: Environment = {}): Promise<Answer<T>> {
    return this.request<T>('POST', path, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  }

  /** `create` with what does not matter filled in. */
  create(chatId: string, overrides: Record<string, unknown> = {}): Promise<Answer<SandboxAnswer>> {
    const body = { chat_id: chatId, agent_id: 'agent-test', volume_host_path: this.volume, ...overrides };
    return this.post<SandboxAnswer>('/api/v1/create', body);
  }

  delete(
    chatId: string,
  ): Promise<Answer<{ result: string; session_id: string | null; container_id: string | null }>> {
    return this.request('DELETE', `/api/v1/sandboxes/${chatId}`);
  }

  logged(event: string): LogRecord[] {
    return this.log.filter(({ msg }) => msg === event);
  }

  /** Waits for so many lines: what a service logs comes by another way than its answers, and may come later. */
  async untilLogged(event: string, count = 1): Promise<LogRecord[]> {
    await eventually(() => this.logged(event).length >= count, `${count} lines ${event}`);
    return this.logged(event);
  }

  get address(): string {
    return this.url;
  }
}

export const aChatId = (): string => randomUUID();
