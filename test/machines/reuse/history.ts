/** A create, by the monotonic clock of the one process that sends all and does all harm, in milliseconds. */
export interface CreateCall {
  readonly chatId: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly status: number;
  /** Of an answer 200. */
  readonly containerId: string | null;
  readonly ip: string | null;
}

/** A container that was handed out. */
export interface Life {
  readonly containerId: string;
  readonly chatId: string;
  readonly ip: string;
  /** When it was first told of: it ran by then. */
  readonly toldMs: number;
  /** When the first call that ends it was sent: it ran until then. */
  harmedMs: number;
  /** When the engine, or the service for a delete, had answered that it is ended. */
  goneMs: number;
  endedBy: 'engine' | 'service' | null;
}

export interface History {
  readonly calls: readonly CreateCall[];
  readonly lives: ReadonlyMap<string, Life>;
}
