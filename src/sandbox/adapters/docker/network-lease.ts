import type { Duplex } from 'node:stream';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { STAY } from './holder-program.js';

/**
 * A holder that is this process's: it ends when the connection to its input does, until it was told to stay. The engine
 * closes that connection when the holder ends first.
 */
export class NetworkLease {
  /** Whether an engine may have made a container in this network without saying so: it must be no other chat's then. */
  mayBeReferenced = false;
  private isOver = false;
  private staying: Promise<void> | null = null;
  private readonly echoed = Promise.withResolvers<undefined>();

  constructor(
    readonly holderId: string,
    private readonly connection: Duplex,
    onOver: (lease: NetworkLease) => void,
  ) {
    const end = (): void => {
      if (this.isOver) return;
      this.isOver = true;
      connection.destroy();
      this.echoed.reject(
        new SandboxRuntimeError('network-holder-lost', `network holder ${holderId} has ended`),
      );
      onOver(this);
    };
    // Whoever waits for the echo hears of it; nobody may.
    this.echoed.promise.catch(() => undefined);
    // It never writes but to say that it has heard.
    connection.on('data', () => this.echoed.resolve(undefined));
    for (const event of ['end', 'close', 'error']) connection.on(event, end);
    if (connection.destroyed) end();
  }

  get isOpen(): boolean {
    return !this.isOver;
  }

  /**
   * Has the holder outlive this process, and waits until it has said so. Idempotent.
   * @throws SandboxRuntimeError, `network-holder-lost`
   */
  stay(limitMs: number): Promise<void> {
    this.staying ??= this.tellToStay(limitMs);
    return this.staying;
  }

  /** Ends the connection, and by that the holder, unless it stays. */
  release(): void {
    this.connection.destroy();
  }

  private async tellToStay(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.release(), limitMs);
    try {
      if (this.isOpen) this.connection.write(STAY);
      await this.echoed.promise;
    } finally {
      clearTimeout(timer);
      this.release();
    }
  }
}
