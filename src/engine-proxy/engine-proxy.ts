import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Configuration } from '../config/configuration.js';
import type { Logger } from '../observability/ports/logger.js';
import { LocalHostPaths } from '../sandbox/adapters/filesystem/local-host-paths.js';
import { allowedCall, type CallTerms } from './allowed-calls.js';
import { answerOn, attach } from './attachment.js';
import { answerHeaders, EngineGate } from './engine-gate.js';
import { EngineUpstream, textOf, type UpstreamCall } from './engine-upstream.js';
import { MountSources } from './mount-sources.js';
import { forbidden, Refusal } from './refusal.js';

/** Of a request; the environment of a sandbox is what can be long. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Milliseconds for a client to send a request's head, or the whole of it. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;

/**
 * An HTTP server that hands the service's calls on to the engine, and no others. The deadline of a call is
 * `docker.timeout_seconds`, with `sandbox.stop_grace_seconds` on top, all looks at the engine included; that of a stream
 * is for its beginning.
 */
export class EngineProxy {
  readonly server: Server;
  private readonly upstream: EngineUpstream;
  private readonly gate: EngineGate;
  private readonly terms: CallTerms;
  private readonly deadlineMs: number;
  /** Connections of what never ends by itself. */
  private readonly endless = new Set<Socket>();

  constructor(
    { app, docker, sandbox, storage }: Configuration,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {
    this.upstream = new EngineUpstream(docker.proxyEngineSocket);
    const mounts = new MountSources(new LocalHostPaths(), { docker, sandbox, storage });
    this.gate = new EngineGate({ app, sandbox }, this.upstream, mounts);
    const { networkName, stopGraceSeconds, networkPoolSize } = sandbox;
    this.terms = { networkName, stopGraceSeconds, hasNetworkPool: networkPoolSize > 0 };
    this.deadlineMs = (docker.timeoutSeconds + sandbox.stopGraceSeconds) * 1000;
    this.server = createServer(
      { headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS },
      (incoming, answer) => void this.handle(incoming, answer),
    );
    this.server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      // Its end is told as well, and that is looked at.
      socket.on('error', () => undefined);
      if (head.length > 0) socket.unshift(head);
      void this.handle(incoming, answerOn(incoming, socket), socket);
    });
  }

  /** Takes no more calls, carries out those that have come, and cuts off what would never end by itself. */
  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeIdleConnections();
    for (const connection of this.endless) connection.destroy();
    await closed;
  }

  private keep(connection: Socket): void {
    this.endless.add(connection);
    connection.once('close', () => this.endless.delete(connection));
    // It may have come about while others were cut off.
    if (!this.server.listening) connection.destroy();
  }

  /** @param client the connection itself, where it is to go both ways */
  private async handle(
    incoming: IncomingMessage,
    answer: ServerResponse,
    client: Socket | null = null,
  ): Promise<void> {
    const gone = new AbortController();
    answer.once('close', () => gone.abort());
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.deadlineMs);
    const signal = AbortSignal.any([gone.signal, deadline.signal]);
    try {
      await this.carryOut(incoming, { answer, client }, signal, () => clearTimeout(timer));
    } catch (error) {
      // What is still being sent is read and dropped, or the client would not see the answer.
      incoming.resume();
      if (gone.signal.aborted) return;
      this.tell(incoming, error);
      refuse(answer, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async carryOut(
    incoming: IncomingMessage,
    { answer, client }: Reply,
    signal: AbortSignal,
    endDeadline: () => void,
  ): Promise<void> {
    const call = allowedCall(incoming.method ?? '', incoming.url ?? '', this.terms);
    if ((call.kind === 'attach') !== (client !== null)) {
      throw forbidden(`${call.path} is no call for this kind of connection`);
    }
    const passage = await this.gate.pass(call, () => textOf(incoming, MAX_BODY_BYTES), signal);
    // A body that nobody asked for is not handed on.
    incoming.resume();
    if (passage.kind === 'answer') {
      answer
        .writeHead(passage.answer.status, { 'Content-Type': 'application/json' })
        .end(passage.answer.text);
      return;
    }
    const response =
      client === null
        ? await this.upstream.open(passage.call, signal)
        : await this.attached(passage.call, answer, client, signal);
    if (response === null) return;
    answer.writeHead(response.statusCode ?? 502, answerHeaders(response));
    if (call.kind === 'stream') {
      endDeadline();
      this.keep(incoming.socket);
      // What comes first may be long in coming.
      answer.flushHeaders();
    }
    await pipeline(response, answer, { signal });
  }

  /** @returns the answer of an engine that does not attach; else null: from then on the connection has no deadline */
  private async attached(
    call: UpstreamCall,
    answer: ServerResponse,
    client: Socket,
    signal: AbortSignal,
  ): Promise<IncomingMessage | null> {
    const opened = await this.upstream.openBothWays(call, signal);
    if (opened.connection === null) return opened.response;
    answer.detachSocket(client);
    attach(client, opened.connection);
    this.keep(client);
    return null;
  }

  private tell({ method, url }: IncomingMessage, error: unknown): void {
    const path = url?.split('?')[0];
    if (error instanceof Refusal) {
      this.logger.warn('engine_call_refused', { method, path, status: error.status, reason: error.message });
    } else this.logger.warn('engine_call_failed', { method, path, err: error });
  }
}

/** Where the client is answered. */
interface Reply {
  readonly answer: ServerResponse;
  readonly client: Socket | null;
}

/** In the engine's own form, so that the service's log tells the reason. An answer that has begun breaks off. */
function refuse(answer: ServerResponse, error: unknown): void {
  if (answer.headersSent) {
    answer.destroy();
    return;
  }
  const [status, message] =
    error instanceof Refusal ? [error.status, error.message] : [500, 'the engine proxy failed'];
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(JSON.stringify({ message }));
}
