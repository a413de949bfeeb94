import type { Duplex } from 'node:stream';

/**
 * A holder that is this process's: it ends when the connection to its input does, unless it has been frozen by then. The
 * engine closes that connection when the holder ends first.
 */
export class NetworkLease {
  /** Whether an engine may have made a container in this network without saying so: it must be no other chat's then. */
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
