import { type Random } from '../random.js';
import { type Api, type Call } from './api.js';
import { Possible } from './possible.js';
import { type Samples } from './samples.js';
import { type Tally } from './tally.js';

const TEXT = { 'Content-Type': 'text/markdown' };
/** A history is begun anew once it has grown so long. */
const LONG = 256 * 1024;

const pathOf = (chatId: string): string => `/chats/${chatId}/history`;

async function readHistory(api: Api, chatId: string): Promise<{ text: string; tag: string }> {
  const answer = await api.call({ method: 'GET', path: pathOf(chatId) });
  if (answer?.status !== 200) throw new Error(`the history: ${String(answer?.status)}`);
  return { text: answer.bytes.toString('utf8'), tag: answer.headers.get('etag') ?? '' };
}

/** The only one who writes to the history of its chat: replaces it, with and without a condition, and appends. */
export class HistoryClient {
  private readonly state = new Possible<string>('', (one, other) => one === other);
  private tag: string | null = null;

  constructor(
    private readonly api: Api,
    private readonly random: Random,
    private readonly samples: Samples,
    private readonly tally: Tally,
    readonly chatId: string,
  ) {}

  async step(): Promise<void> {
    const { certain } = this.state;
    const addition = this.samples.text(this.random);
    const isShort = certain !== null && certain.value.length < LONG;
    if (isShort && this.random.chance(0.4)) await this.write('POST', addition, certain.value + addition);
    else if (certain !== null && this.tag !== null && this.random.chance(0.5)) {
      await this.write('PUT', addition, addition, this.random.chance(0.2) ? '"stale"' : this.tag);
    } else await this.write('PUT', addition, addition);
  }

  async verify(): Promise<void> {
    const { text, tag } = await readHistory(this.api, this.chatId);
    this.tally.judge(this.state.observe(text), `the history of ${this.chatId}, ${text.length} characters`);
    this.tag = tag;
  }

  private async write(method: string, body: string, next: string, ifMatch?: string): Promise<void> {
    const headers = { ...TEXT, ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }) };
    const call: Call = {
      method,
      path: pathOf(this.chatId),
      body,
      headers,
      isChunked: this.random.chance(0.5),
    };
    this.state.begin(next);
    const answer = await this.api.call(call);
    if (answer === null) {
      this.tally.unanswered += 1;
    } else if (answer.status === 412 && ifMatch === '"stale"') {
      this.state.refuse();
    } else if (answer.status === 204 && ifMatch !== '"stale"') {
      this.state.settle(next);
      this.tag = answer.headers.get('etag');
      this.tally.acknowledged += 1;
    } else {
      this.tally.fault(
        'unexpected',
        `${method} of a history with If-Match ${String(ifMatch)}: ${answer.status}`,
      );
    }
  }
}

interface Entry {
  readonly text: string;
  isAcknowledged: boolean;
}

const HEAD = /\[entry (\d+)\]\n/y;

/** One history that many append to at the same time. */
export class SharedHistory {
  private readonly entries = new Map<number, Entry>();

  constructor(
    private readonly api: Api,
    private readonly random: Random,
    private readonly samples: Samples,
    private readonly tally: Tally,
    readonly chatId: string,
  ) {}

  async step(): Promise<void> {
    const number = this.samples.nextNumber();
    const entry = { text: `[entry ${number}]\n${this.samples.text(this.random)}`, isAcknowledged: false };
    this.entries.set(number, entry);
    const isChunked = this.random.chance(0.3);
    const call = { method: 'POST', path: pathOf(this.chatId), body: entry.text, headers: TEXT, isChunked };
    const answer = await this.api.call(call);
    if (answer === null) {
      this.tally.unanswered += 1;
    } else if (answer.status === 204) {
      entry.isAcknowledged = true;
      this.tally.acknowledged += 1;
    } else {
      this.tally.fault('unexpected', `an append: ${answer.status}`);
    }
  }

  /** Those who append wait meanwhile. */
  async verify(): Promise<void> {
    const { text, tag } = await readHistory(this.api, this.chatId);
    const counts = this.parse(text);
    for (const [number, entry] of this.entries) {
      const count = counts.get(number) ?? 0;
      if (count > 1) this.tally.fault('torn', `entry ${number} is there ${count} times`);
      else this.tally.judge(count === 0 && entry.isAcknowledged ? 'lost' : null, `entry ${number}`);
      // What was not acknowledged is there for good now, or never.
      if (count === 0) this.entries.delete(number);
      else entry.isAcknowledged = true;
    }
    if (text.length > LONG) await this.beginAnew(tag);
  }

  /** @returns how often each entry is there, whole */
  private parse(text: string): Map<number, number> {
    const counts = new Map<number, number>();
    for (let at = 0; at < text.length;) {
      HEAD.lastIndex = at;
      const number = Number(HEAD.exec(text)?.[1] ?? NaN);
      const entry = this.entries.get(number);
      if (entry === undefined || !text.startsWith(entry.text, at)) {
        this.tally.fault('torn', `no whole entry at ${at}: ${text.slice(at, at + 40)}`);
        return counts;
      }
      counts.set(number, (counts.get(number) ?? 0) + 1);
      at += entry.text.length;
    }
    return counts;
  }

  private async beginAnew(tag: string): Promise<void> {
    const headers = { ...TEXT, 'If-Match': tag };
    const answer = await this.api.call({ method: 'PUT', path: pathOf(this.chatId), body: '', headers });
    if (answer?.status !== 204) throw new Error(`beginning anew: ${String(answer?.status)}`);
    this.entries.clear();
  }
}
