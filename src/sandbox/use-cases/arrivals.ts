import { Injectable } from '@nestjs/common';

/** Lets the calls for one chat line up in the order in which they came, also where some first need a look at the host. */
@Injectable()
export class Arrivals {
  private readonly last = new Map<string, Promise<unknown>>();

  /**
   * Runs what a call does before it takes its place in line, one call of a chat after the other.
   * @param lineUp ends as soon as the place is taken; it may give the promise of all that follows in an object
   */
  async inOrder<T>(chatId: string, lineUp: () => Promise<T>): Promise<T> {
    const before = this.last.get(chatId);
    const mine = before === undefined ? lineUp() : before.then(lineUp);
    // Those behind wait for it, and do not share its failure.
    const passed = mine.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(chatId, passed);
    try {
      return await mine;
    } finally {
      if (this.last.get(chatId) === passed) this.last.delete(chatId);
    }
  }
}
