import { type Random } from '../random.js';
import { type Answered, type Api, type Call, formOf } from './api.js';
import { Possible } from './possible.js';
import { digestOf, type Samples } from './samples.js';
import { type Tally } from './tally.js';

/** A file as one write made it; null: no file. */
type FileState = {
  readonly digest: string;
  readonly size: number;
  readonly type: string;
  /** Null as long as no answer has told it. */
  readonly fileId: string | null;
} | null;

export interface FileDto {
  readonly file_id: string;
  readonly name: string;
  readonly content_type: string | null;
  readonly size_bytes: number;
  readonly origin: string;
}

const isSameFile = (one: FileState, other: FileState): boolean => {
  if (one === null || other === null) return one === other;
  const isOneId = one.fileId === null || other.fileId === null || one.fileId === other.fileId;
  return isOneId && one.digest === other.digest && one.size === other.size && one.type === other.type;
};

interface Place {
  readonly name: string;
  readonly state: Possible<FileState>;
}

/** Writes and removes the files of its own names in a chat, one at a time, and knows what must be there. */
export class FileClient {
  private readonly places: readonly Place[];

  constructor(
    private readonly api: Api,
    private readonly random: Random,
    private readonly samples: Samples,
    private readonly tally: Tally,
    readonly chatId: string,
    names: readonly string[],
    /** Nobody else has files in the chat. */
    private readonly isAlone: boolean,
  ) {
    this.places = names.map((name) => ({ name, state: new Possible<FileState>(null, isSameFile) }));
  }

  get names(): string[] {
    return this.places.map(({ name }) => name);
  }

  async step(): Promise<void> {
    if (this.isAlone && this.random.chance(0.03)) return this.clear();
    const place = this.random.pick(this.places);
    const { certain } = place.state;
    const fileId = certain?.value?.fileId ?? null;
    if (fileId !== null && this.random.chance(0.2)) return this.remove(place, fileId);
    return this.write(place, certain !== null && certain.value === null);
  }

  /** What is listed of the chat, against what must be there. */
  async verify(listed: readonly FileDto[]): Promise<void> {
    for (const { name, state } of this.places) {
      const file = listed.find((one) => one.name === name) ?? null;
      const found = file === null ? null : await this.look(file);
      if (file !== null && file.origin !== 'upload')
        this.tally.fault('lost', `${name} is of origin ${file.origin}`);
      const before = JSON.stringify(state);
      const verdict = state.observe(found);
      this.tally.judge(verdict, `${name}: ${before} expected, ${JSON.stringify(found)} found`);
    }
  }

  private async look({ file_id, size_bytes, content_type }: FileDto): Promise<FileState> {
    const answer = await this.api.call({ method: 'GET', path: `${this.path}/${file_id}/content` });
    const digest = answer?.status === 200 ? digestOf(answer.bytes) : `status ${String(answer?.status)}`;
    return { digest, size: size_bytes, type: content_type ?? '', fileId: file_id };
  }

  /** @param isNew whether it is certain that nothing bears the name */
  private async write({ name, state }: Place, isNew: boolean): Promise<void> {
    const content = this.samples.bytes(this.random);
    const type = `application/x-${this.samples.nextNumber()}`;
    const known = state.certain?.value?.fileId ?? null;
    const next = { digest: digestOf(content), size: content.length, type, fileId: known };
    state.begin(next);
    const answer = await this.api.call(this.callFor(name, content, type, isNew));
    if (answer === null) this.tally.unanswered += 1;
    else this.conclude({ name, state }, next, answer);
  }

  private callFor(name: string, content: Buffer, type: string, isNew: boolean): Call {
    if (this.random.chance(0.4)) {
      const path = `${this.path}${isNew ? '' : '?replace=true'}`;
      return { method: 'POST', path, body: formOf(name, content, type) };
    }
    const path = `${this.path}/by-name/${encodeURIComponent(name)}`;
    const isChunked = this.random.chance(0.5);
    return { method: 'PUT', path, body: content, headers: { 'Content-Type': type }, isChunked };
  }

  private conclude({ name, state }: Place, next: NonNullable<FileState>, { status, bytes }: Answered): void {
    if (status !== 200 && status !== 201) {
      this.tally.fault('unexpected', `a write of ${name}: ${status} ${bytes.toString().slice(0, 100)}`);
      return;
    }
    const { file_id } = JSON.parse(bytes.toString()) as FileDto;
    if (next.fileId !== null && next.fileId !== file_id)
      this.tally.fault('unexpected', `${name} has another id`);
    state.settle({ ...next, fileId: file_id });
    this.tally.acknowledged += 1;
  }

  private async remove({ name, state }: Place, fileId: string): Promise<void> {
    state.begin(null);
    const answer = await this.api.call({ method: 'DELETE', path: `${this.path}/${fileId}` });
    this.concludeRemoval(answer, [{ name, state }]);
  }

  private async clear(): Promise<void> {
    for (const { state } of this.places) state.begin(null);
    this.concludeRemoval(await this.api.call({ method: 'DELETE', path: this.path }), this.places);
  }

  private concludeRemoval(answer: Answered | null, places: readonly Place[]): void {
    if (answer === null) {
      this.tally.unanswered += 1;
    } else if (answer.status === 204) {
      this.tally.acknowledged += 1;
      for (const { state } of places) state.settle(null);
    } else {
      this.tally.fault('unexpected', `a removal: ${answer.status}`);
    }
  }

  private get path(): string {
    return `/chats/${this.chatId}/files`;
  }
}
