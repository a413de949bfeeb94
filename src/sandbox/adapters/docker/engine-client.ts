import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import type { DockerConfig } from '../../../config/sections.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { toRuntimeError } from './engine-errors.js';

/** One call under way: the connection it runs on, and what to do when that is over. */
interface Call {
  socket: Duplex | null;
  readonly connectionClosed: () => void;
}

/** The connection to the engine: gives every call a deadline and our own errors. */
export class EngineClient {
  private readonly docker: Docker;
  private readonly calls = new AsyncLocalStorage<Call>();
  private readonly timeoutMs: number;

  constructor(config: DockerConfig) {
    this.timeoutMs = config.timeoutSeconds * 1000;
    this.docker = new Docker(connectionOptions(config, (agent) => this.watch(agent)));
  }

  /**
   * One request to the engine.
   * @param limitMs a deadline of the caller's own; the shorter one of it and `docker.timeout_seconds` holds
   * @param extraMs what comes on top of `docker.timeout_seconds`, for requests that wait on purpose
   * @throws SandboxRuntimeError
   */
  call<T>(request: (docker: Docker) => Promise<T>, limitMs = Infinity, extraMs = 0): Promise<T> {
    const deadlineMs = Math.max(0, Math.min(this.timeoutMs + extraMs, limitMs));
    return new Promise<T>((resolve, reject) => {
      const call: Call = {
        socket: null,
        // dockerode never settles when an answer breaks off in the middle, so the end of the connection settles it; the
        // last bytes of a whole answer are handled before that.
        connectionClosed: () => {
          setImmediate(() => {
            if (!isSettled)
              settle(() => reject(new SandboxRuntimeError('unreachable', 'the connection broke off')));
          });
        },
      };
      let isSettled = false;
      const settle = (how: () => void): void => {
        isSettled = true;
        clearTimeout(timer);
        how();
      };
      const timer = setTimeout(() => {
        settle(() =>
          reject(new SandboxRuntimeError('timed-out', `no answer within ${Math.round(deadlineMs)} ms`)),
        );
        call.socket?.destroy();
      }, deadlineMs);
      this.calls
        .run(call, () => request(this.docker))
        .then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(toRuntimeError(error))),
        );
    });
  }

  /** Ties each connection to its call. A connection serves one call, so a stale one cannot fail the next. */
  private watch<A extends HttpAgent>(agent: A): A {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const socket = connect(options, callback) ?? null;
      const call = this.calls.getStore();
      if (call !== undefined) {
        call.socket = socket;
        socket?.once('close', call.connectionClosed);
      }
      return socket;
    };
    // docker-modem prints its request options to unlimited depth for a debug message that nobody reads. Without this it
    // prints every open connection of the agent at every call: 5 ms with one, 23 ms with 16 (docs/performance.md).
    return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
  }
}

/** @returns what is left of the limit at any later moment, in milliseconds, for work of several calls */
export function remainderOf(limitMs = Infinity): () => number {
  const endMs = performance.now() + limitMs;
  return () => Math.max(0, endMs - performance.now());
}

/**
 * Options for a call of dockerode's that has a body. Unless it is told which part is which, dockerode puts everything
 * into the query as well, the environment with its secrets too, where proxies log it.
 */
export const inBody = <T extends object>(
  body: T,
  query: Readonly<Record<string, string | undefined>> = {},
): T => ({ _query: query, _body: body }) as unknown as T;

/** Everything is given, also as undefined, since dockerode fills gaps from DOCKER_HOST and its like. */
function connectionOptions(
  config: DockerConfig,
  watch: <A extends HttpAgent>(agent: A) => A,
): Docker.DockerOptions {
  const nothing = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  const common = { ...nothing, timeout: undefined, headers: {} };
  const { isTls, to, tls } = engineAddress(config);
  const protocol = isTls ? 'https' : 'http';
  const agent = watch(isTls ? new HttpsAgent(tls) : new HttpAgent());
  const options: object = { ...common, ...to, ...tls, protocol, agent };
  return options;
}

/** Where the engine answers, and how it is spoken to. */
export interface EngineAddress {
  readonly isTls: boolean;
  readonly to: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
}

export function engineAddress(config: DockerConfig): EngineAddress {
  const url = new URL(config.baseUrl);
  if (url.protocol === 'unix:') {
    return { isTls: false, to: { socketPath: decodeURIComponent(url.pathname) }, tls: {} };
  }
  const isTls = url.protocol === 'https:' || config.caFile !== '' || config.certFile !== '';
  const read = (path: string): Buffer | undefined => (path === '' ? undefined : readFileSync(path));
  const tls = { ca: read(config.caFile), cert: read(config.certFile), key: read(config.keyFile) };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 2376 : 2375) : Number(url.port);
  return { isTls, to: { host, port }, tls };
}
