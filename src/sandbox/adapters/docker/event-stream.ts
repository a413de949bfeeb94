import { IncomingMessage } from 'node:http';
import { untilDone } from '../../../kernel/until-done.js';
import type { Logger } from '../../../observability/ports/logger.js';
import type { EngineClient } from './engine-client.js';
import { EVENT_FILTERS, type EngineEvent, readEvent } from './engine-event.js';
import { EventLines } from './event-lines.js';

/** Between the end of one stream and the next try. */
const RETRY_MS = 1000;
const KEEP_ALIVE_MS = 15_000;

export interface EventListener {
  /** The engine has answered; its events may begin a little later. */
  onOpen(): void;
  onEvent(event: EngineEvent): void;
  /** Comes between two streams, and after each try that came to none. */
  onEnd(): void;
}

/** Follows the engine's events over a connection of its own, and begins again whenever that ends, until it is stopped. */
export class EventStream {
  private readonly stopped = new AbortController();
  private isFollowing = false;
  private response: IncomingMessage | null = null;

  constructor(
    private readonly engine: EngineClient,
    private readonly listener: EventListener,
    private readonly logger: Logger,
  ) {}

  /** Idempotent. */
  follow(): void {
    if (this.isFollowing || this.stopped.signal.aborted) return;
    this.isFollowing = true;
    void untilDone(() => this.followOnce(), RETRY_MS, this.stopped.signal);
  }

  /** Drops the stream as it is, for the next one. */
  restart(): void {
    this.response?.destroy();
  }

  stop(): void {
    this.stopped.abort();
    this.restart();
  }

  /** @returns false, as there is always a next one */
  private async followOnce(): Promise<boolean> {
    try {
      await this.read(await this.open());
    } catch (error) {
      if (!this.stopped.signal.aborted) this.logger.debug('engine_events_lost', { err: error });
    } finally {
      this.restart();
      this.listener.onEnd();
    }
    return false;
  }

  /** The deadline of a call is that of the answer's head; the events have none. */
  private async open(): Promise<IncomingMessage> {
    const response: unknown = await this.engine.call(async (docker) =>
      docker.getEvents({ filters: EVENT_FILTERS }),
    );
    if (!(response instanceof IncomingMessage)) throw new Error('the events do not come as a stream');
    this.response = response;
    if (this.stopped.signal.aborted) this.restart();
    response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.listener.onOpen();
    return response;
  }

  /** @throws Error, always: a stream that ends is lost, however it ends */
  private async read(response: IncomingMessage): Promise<never> {
    const lines = new EventLines();
    for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) {
      for (const line of lines.add(piece)) this.listener.onEvent(readEvent(line));
    }
    throw new Error('the engine has ended the stream');
  }
}
