import { Readable } from 'node:stream';
import { engine } from '../../support/engine.js';

/** Milliseconds since the epoch, of the one clock of host and engine. */
type Moment = number;

/** What a client asked about a chat's sandbox, and what it was told. */
export interface Request {
  readonly kind: 'create' | 'delete';
  readonly chatId: string;
  readonly beganAt: Moment;
  readonly endedAt: Moment;
  /** Null where the service died, or was not there. */
  readonly status: number | null;
  readonly containerId: string | null;
  readonly ip: string | null;
}

/** What became of one container, as the engine's events tell. */
export interface Life {
  readonly containerId: string;
  readonly chatId: string;
  /** When its start was asked for. */
  readonly createdAt: Moment;
  readonly expiresAt: Moment;
  /** Each time that it ran: up to the moment when it ended or was paused; `Infinity`: it still does. */
  readonly runs: { readonly from: Moment; to: Moment }[];
  /** Its address, as far as it could be asked for in time. */
  ip: string | null;
  /** When it ended for the last time. */
  endedAt: Moment;
}

/** What was done to a container behind the service's back. */
interface Harm {
  readonly containerId: string;
  readonly at: Moment;
}

export interface History {
  readonly requests: Request[];
  readonly lives: Map<string, Life>;
  readonly harms: Harm[];
}

interface EngineEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Writes down what happens: requests and harm are told to it, the rest it hears from the engine. */
export class Chronicle {
  readonly history: History = { requests: [], lives: new Map(), harms: [] };
  private readonly asking = new Set<Promise<void>>();

  private constructor(
    private readonly events: Readable,
    private readonly network: string,
  ) {}

  static async of(instance: string, network: string): Promise<Chronicle> {
    const filters = { type: ['container' as const], label: [`instance=${instance}`] };
    const events = await engine.getEvents({ filters });
    if (!(events instanceof Readable)) throw new Error('the events cannot be ended');
    const chronicle = new Chronicle(events, network);
    let rest = '';
    events.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) chronicle.note(JSON.parse(line) as EngineEvent);
    });
    return chronicle;
  }

  /** @returns what was written down, once the last answers are in */
  async close(): Promise<History> {
    await Promise.all(this.asking);
    this.events.destroy();
    return this.history;
  }

  private note({ Action, timeNano, Actor }: EngineEvent): void {
    const at = timeNano / 1e6;
    const { ID, Attributes } = Actor;
    const life = this.lifeOf(ID, Attributes);
    if (Action === 'start') {
      life.runs.push({ from: at, to: Infinity });
      const asked = this.ask(life).finally(() => this.asking.delete(asked));
      this.asking.add(asked);
    } else if (Action === 'unpause') life.runs.push({ from: at, to: Infinity });
    else if (Action === 'pause' || Action === 'die') {
      const run = life.runs.at(-1);
      if (run?.to === Infinity) run.to = at;
      if (Action === 'die') life.endedAt = at;
    }
  }

  private lifeOf(containerId: string, labels: Readonly<Record<string, string>>): Life {
    const known = this.history.lives.get(containerId);
    if (known !== undefined) return known;
    const { chat_id: chatId = '', created_at: createdAt = '', expires_at: expiresAt = '' } = labels;
    const life: Life = {
      containerId,
      chatId,
      createdAt: Date.parse(createdAt),
      expiresAt: Date.parse(expiresAt),
      runs: [],
      ip: null,
      endedAt: Infinity,
    };
    this.history.lives.set(containerId, life);
    return life;
  }

  private async ask(life: Life): Promise<void> {
    try {
      const { NetworkSettings } = await engine.getContainer(life.containerId).inspect();
      life.ip = NetworkSettings.Networks[this.network]?.IPAddress || null;
    } catch (error) {
      // It is gone already.
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
  }
}
