import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { endOfProcess } from './end-of-process.js';
import { type LogRecord, Service } from './service.js';
import { askToSwitch, overSocket, type SocketAnswer } from './socket-client.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** What `npm run engine-proxy` runs, beside a service of the same configuration that has no other way to the engine. */
export class FilteringProxy {
  readonly log: LogRecord[] = [];
  errors = '';
  private process: ChildProcess | null = null;

  private constructor(readonly service: Service) {}

  /** A proxy that listens, and its service, which is not started. @param command what starts that, if not as usual */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    command?: readonly string[],
  ): Promise<FilteringProxy> {
    const proxy = new FilteringProxy(await Service.prepare(environment, command));
    await proxy.open();
    return proxy;
  }

  /** For the service: the only way to the engine that it is told. */
  get url(): string {
    return `unix://${this.path}`;
  }

  get path(): string {
    return join(this.service.directory, 'engine.sock');
  }

  async open(): Promise<void> {
    const child = spawn(process.execPath, ['dist/engine-proxy/main.js'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...this.service.settings, APP_DOCKER_PROXY_LISTEN_PATH: this.path },
    });
    const started = Promise.withResolvers<undefined>();
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    createInterface(child.stdout).on('line', (line) => {
      const record = JSON.parse(line) as LogRecord;
      this.log.push(record);
      if (record.msg === 'engine_proxy_started') started.resolve(undefined);
    });
    child.once('exit', (code) => started.reject(new Error(`ended with ${String(code)}: ${this.errors}`)));
    await started.promise;
    this.process = child;
  }

  /** Starts the service, and waits until it is ready. */
  async startService(environment: Readonly<Record<string, string>> = {}): Promise<Service> {
    await this.service.start({ ...environment, APP_DOCKER_BASE_URL: this.url });
    await this.service.untilReady();
    return this.service;
  }

  /** @param body sent as it is when it is a text, else as JSON */
  ask(method: string, path: string, body?: unknown): Promise<SocketAnswer> {
    const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return overSocket(this.path, method, path, content);
  }

  /** Asks for a connection that goes both ways, which is closed at once where it is granted. */
  attach(path: string): Promise<SocketAnswer> {
    return askToSwitch(this.path, path);
  }

  /** What it did not let through. */
  get refusals(): unknown[] {
    return this.log.filter(({ msg }) => msg === 'engine_call_refused').map(({ reason }) => reason);
  }

  /** @returns the exit code */
  end(signal: NodeJS.Signals): Promise<number | null> {
    return endOfProcess(this.process, signal);
  }

  async dispose(): Promise<void> {
    await this.service.dispose();
    await this.end('SIGKILL');
  }
}
