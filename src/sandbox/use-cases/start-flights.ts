import { Injectable } from '@nestjs/common';
import type { Sandbox } from '../domain/sandbox.js';

export type Terms = Pick<Sandbox, 'chatId' | 'agentId' | 'volumeHostPath'>;

interface Flight {
  readonly terms: Terms;
  readonly landing: Promise<unknown>;
}

/** The last create of each chat that is under way, so that equal creates share one start and its outcome. */
@Injectable()
export class StartFlights<T> {
  private readonly flights = new Map<string, Flight & { landing: Promise<T> }>();

  /** Joins the chat's flight when it has the same terms, else begins one that later creates join instead. */
  async share(terms: Terms, begin: () => Promise<T>): Promise<{ outcome: T; hasJoined: boolean }> {
    const current = this.flights.get(terms.chatId);
    if (current !== undefined && isSame(current.terms, terms)) {
      return { outcome: await current.landing, hasJoined: true };
    }
    const flight = { terms, landing: begin() };
    this.flights.set(terms.chatId, flight);
    try {
      return { outcome: await flight.landing, hasJoined: false };
    } finally {
      if (this.flights.get(terms.chatId) === flight) this.flights.delete(terms.chatId);
    }
  }

  /** From now on nobody joins the chat's flight: what arrives later comes after a delete. */
  close(chatId: string): void {
    this.flights.delete(chatId);
  }
}

const isSame = (one: Terms, other: Terms): boolean =>
  one.agentId === other.agentId && one.volumeHostPath === other.volumeHostPath;
