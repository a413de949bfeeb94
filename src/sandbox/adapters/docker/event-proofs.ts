import type { SandboxContainer } from '../../domain/container.js';
import type { LivenessWatch, Look } from '../../ports/liveness-watch.js';
import { type EngineEvent, outdatedBy } from './engine-event.js';
import { SeenContainers } from './seen-containers.js';
import { type MarkerLine, StreamMarkers } from './stream-markers.js';

/**
 * The engine keeps 1,024 events for a slow reader and drops what comes beyond, without a word. Where it dropped some, that
 * many come in a row, one marker at most among them: half of them without one is taken for a loss.
 */
const MOST_UNMARKED_EVENTS = 500;

/** What the event stream proves. Fed with its events and its ends; knows no connection. */
export class EventProofs implements LivenessWatch {
  private readonly seen = new SeenContainers();
  private readonly markers: StreamMarkers;
  private unmarked = 0;
  private isListDue = false;
  private lookAtAll: () => Promise<unknown> = () => Promise.resolve();

  constructor(line: MarkerLine) {
    this.markers = new StreamMarkers(line);
  }

  async proven(containerId: string): Promise<SandboxContainer | null> {
    this.markers.renew(containerId);
    // A look is needed then, whatever the markers say.
    if (this.seen.find(containerId) === null) return null;
    if (!this.markers.isCurrent && !(await this.markers.untilCurrent())) return null;
    return this.seen.find(containerId);
  }

  beginLook(): Look {
    return this.seen.beginLook();
  }

  resynchroniseBy(lookAtAll: () => Promise<unknown>): void {
    this.lookAtAll = lookAtAll;
  }

  onOpen(): void {
    this.markers.open();
  }

  /**
   * The first event of a stream is what shows that it has begun: the engine sends the head of its answer before it
   * subscribes, and what happens in between is never told.
   */
  onEvent(event: EngineEvent): void {
    const isMarker = this.markers.accept(event);
    this.note(event, isMarker);
    this.seen.hear();
    this.unmarked = isMarker ? 0 : this.unmarked + 1;
    if (this.unmarked > MOST_UNMARKED_EVENTS) {
      this.unmarked = 0;
      this.seen.missed(true);
    }
    if (this.isListDue) this.listAll();
  }

  /** The stream has ended, or was never there. */
  onEnd(): void {
    this.isListDue ||= this.seen.size > 0;
    this.unmarked = 0;
    this.markers.reset();
    this.seen.missed(false);
  }

  private note(event: EngineEvent, isMarker: boolean): void {
    const outdated = isMarker ? 'nothing' : outdatedBy(event);
    if (outdated === 'all') this.seen.missed(true);
    else if (outdated !== 'nothing') this.seen.outdate(outdated.containerId);
  }

  private listAll(): void {
    this.isListDue = false;
    // Whoever makes the call tells of its failure. Without it, each container is proven again by a look of its own.
    this.lookAtAll().catch(() => undefined);
  }
}
