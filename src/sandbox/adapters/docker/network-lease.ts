import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long a connection is quiet before the other side is asked whether it is there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * A holder that is this process's: it ends when the connection to its input does, unless it has been frozen by then. The
 * engine closes that connection when the holder ends first.
 */
export class NetworkLease {
  /** Whether an engine has made a container in this network, or may have without saying so: it is no other chat's then. */
  mayBeReferenced = false;
  private isOver = false;

  /** @param onOver told once, also of a connection that has ended already */
  constructor(
    readonly holderId: string,
    private readonly connection: Duplex,
    onOver: (lease: NetworkLease) => void,
  ) {
    const end = (): void => {
      if (this.isOver) return;
      this.isOver = true;
      connection.destroy();
      onOver(this);
    };
    // It never writes; but the end is told only to those who read.
    connection.resume();
    // Else nobody hears of a remote engine that is gone without a word.
    if (connection instanceof Socket) connection.setKeepAlive(true, KEEP_ALIVE_MS);
    for (const event of ['end', 'close', 'error']) connection.on(event, end);
    if (connection.destroyed) end();
  }

  get isOpen(): boolean {
    return !this.isOver;
  }

  /** Ends the connection, and by that the holder, unless it is frozen. */
  release(): void {
    this.connection.destroy();
  }
}
