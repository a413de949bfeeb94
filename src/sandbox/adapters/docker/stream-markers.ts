import { randomInt } from 'node:crypto';
import { endsInTime } from '../../../kernel/in-time.js';
import type { EngineEvent } from './engine-event.js';

/** How long a marker that came back proves what it proves, from its sending on; docs/adr/0013-proof-of-life.md. */
export const PROOF_MS = 25;
/** How old the last marker is when the next one is sent: some time before its proof ends, so that there is no gap. */
const RENEW_MS = 12;
/** A marker that has not come back by then does not come. */
const LOST_MS = 1000;
/** Between two tries, where markers fail or do not come back. */
const BACK_OFF_MS = 5000;
/** Sizes of terminals are given to the engine as 32 bits at most. */
const MAX_SIZE = 2 ** 31 - 1;

export interface Marker {
  readonly containerId: string;
  /** The same for all markers of this process, and no other's but by chance. */
  readonly height: number;
  /** Counts them. */
  readonly width: number;
}

export interface MarkerLine {
  /** Has the engine put it on the stream. Gives false where there is no such container that runs, rejects for all else. */
  send(marker: Marker): Promise<boolean>;
  /** The engine took one and it did not come: the stream is not what it seems. */
  onLost(): void;
  /** Monotonic milliseconds. */
  nowMs(): number;
}

interface UnderWay {
  readonly marker: Marker;
  readonly sentAtMs: number;
  readonly isOver: PromiseWithResolvers<undefined>;
  /** Ends with it, or once it is too old to prove anything. */
  readonly decided: Promise<unknown>;
}

/**
 * A quiet stream cannot be told from one that lags, but a mark that we have put there can be waited for: once it has come,
 * so has all that was put there before it was sent. One at a time, and only while somebody asks.
 */
export class StreamMarkers {
  private readonly height = randomInt(1, MAX_SIZE);
  private sent = 0;
  /** On the stream that is open; null: none is. */
  private sentHere: number | null = null;
  private underWay: UnderWay | null = null;
  private lastSentAtMs = -Infinity;
  /** When the youngest that came back was sent. */
  private provenAtMs = -Infinity;
  private notBeforeMs = -Infinity;

  constructor(private readonly line: MarkerLine) {}

  /** Whether all that happened up to `PROOF_MS` ago has been heard of. */
  get isCurrent(): boolean {
    return this.line.nowMs() - this.provenAtMs <= PROOF_MS;
  }

  /**
   * The same, once the marker that is under way has come, if one is: it serves all who wait for it. Nobody waits for one
   * that is too old by now to prove anything.
   */
  async untilCurrent(): Promise<boolean> {
    const { underWay } = this;
    if (underWay !== null && this.line.nowMs() - underWay.sentAtMs <= PROOF_MS) await underWay.decided;
    return this.isCurrent;
  }

  /** Sends one on this container's behalf, if it is time; what comes of it is of use to all. */
  renew(containerId: string): void {
    const now = this.line.nowMs();
    if (this.underWay !== null && now - this.underWay.sentAtMs > LOST_MS) this.giveUp(now);
    if (this.sentHere === null || this.underWay !== null) return;
    if (now < this.notBeforeMs || now - this.lastSentAtMs < RENEW_MS) return;
    this.sentHere += 1;
    this.sent = (this.sent % MAX_SIZE) + 1;
    const marker = { containerId, height: this.height, width: this.sent };
    const isOver = Promise.withResolvers<undefined>();
    this.underWay = { marker, sentAtMs: now, isOver, decided: endsInTime(isOver.promise, PROOF_MS) };
    this.lastSentAtMs = now;
    void this.send(marker);
  }

  /** @returns whether the event is the marker that is under way */
  accept({ type, action, subject, attributes }: EngineEvent): boolean {
    if (this.underWay === null || type !== 'container' || action !== 'resize') return false;
    const { marker, sentAtMs } = this.underWay;
    const isIt =
      subject === marker.containerId &&
      attributes.height === String(marker.height) &&
      attributes.width === String(marker.width);
    if (!isIt) return false;
    this.provenAtMs = sentAtMs;
    this.end();
    return true;
  }

  /** A stream has begun, on which markers can be waited for. */
  open(): void {
    this.sentHere = 0;
  }

  /** The stream has ended: what came by it proves nothing for the next one. */
  reset(): void {
    this.sentHere = null;
    this.provenAtMs = -Infinity;
    this.end();
  }

  private end(): void {
    this.underWay?.isOver.resolve(undefined);
    this.underWay = null;
  }

  private giveUp(now: number): void {
    this.end();
    // The first may have been sent before the engine had subscribed us.
    if (this.sentHere === 1) return;
    this.notBeforeMs = now + BACK_OFF_MS;
    this.line.onLost();
  }

  private async send(marker: Marker): Promise<void> {
    let backOffMs = 0;
    try {
      if (await this.line.send(marker)) return;
    } catch {
      // There is no proof then, which is all that comes of it.
      backOffMs = BACK_OFF_MS;
    }
    if (this.underWay?.marker !== marker) return;
    this.notBeforeMs = this.line.nowMs() + backOffMs;
    this.end();
  }
}
