import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { besideTheChats } from './disk-usage.js';
import { type LedgerRows, readLedger } from './ledger-file.js';
import { eventually } from './eventually.js';
import { type Service } from './service.js';

const TIMEOUT_MS = 60_000;

export interface FileAnswer {
  readonly file_id: string;
  readonly name: string;
  readonly content_type: string | null;
  readonly size_bytes: number;
  readonly origin: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The code of an error; else undefined. */
  readonly detail: unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly body?: string | Uint8Array | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** In pieces, without saying how long it is. */
  readonly isChunked?: boolean;
}

/** How a file can be brought. */
export type Way = 'put' | 'chunked put' | 'form';
export const WAYS: readonly Way[] = ['put', 'chunked put', 'form'];

/** A workspace of the service, and what its user does with it. */
export class StorageClient {
  private constructor(
    private readonly service: Service,
    readonly workspaceId: string,
  ) {}

  static async of(service: Service): Promise<StorageClient> {
    const { body } = await service.post<{ workspace_id: string }>('/api/v1/workspaces', {
      user_id: randomUUID(),
    });
    return new StorageClient(service, body.workspace_id);
  }

  async newChat(): Promise<string> {
    const path = `/api/v1/workspaces/${this.workspaceId}/chats`;
    return (await this.service.post<{ chat_id: string }>(path, {})).body.chat_id;
  }

  /** @param path behind the API's base */
  async send(
    path: string,
    { method = 'GET', body, headers, isChunked }: RawRequest = {},
  ): Promise<RawAnswer> {
    const content = isChunked === true && !(body instanceof FormData) ? streamOf(body ?? '') : body;
    const response = await fetch(`${this.service.address}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(headers === undefined ? {} : { headers }),
      ...(content === undefined ? {} : { body: content as NonNullable<RequestInit['body']>, duplex: 'half' }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const detail =
      response.status < 400 ? undefined : (JSON.parse(bytes.toString()) as { detail: unknown }).detail;
    return { status: response.status, headers: response.headers, bytes, detail };
  }

  /** Creates or replaces the file. */
  store(chatId: string, name: string, content: Uint8Array, way: Way = 'put'): Promise<RawAnswer> {
    const files = `/chats/${chatId}/files`;
    if (way === 'form') {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(content)]), name);
      return this.send(`${files}?replace=true`, { method: 'POST', body: form });
    }
    const path = `${files}/by-name/${encodeURIComponent(name)}`;
    return this.send(path, { method: 'PUT', body: content, isChunked: way === 'chunked put' });
  }

  writeHistory(chatId: string, method: 'PUT' | 'POST', text: string): Promise<RawAnswer> {
    const headers = { 'Content-Type': 'text/markdown' };
    return this.send(`/chats/${chatId}/history`, { method, body: text, headers });
  }

  async history(chatId: string): Promise<string> {
    return (await this.send(`/chats/${chatId}/history`)).bytes.toString();
  }

  async list(chatId: string): Promise<readonly FileAnswer[]> {
    const { bytes } = await this.send(`/chats/${chatId}/files?limit=200`);
    return (JSON.parse(bytes.toString()) as { items: readonly FileAnswer[] }).items;
  }

  content(chatId: string, fileId: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.send(`/chats/${chatId}/files/${fileId}/content`, { headers });
  }

  remove(chatId: string, fileId: string): Promise<RawAnswer> {
    return this.send(`/chats/${chatId}/files/${fileId}`, { method: 'DELETE' });
  }

  async usedBytes(): Promise<number> {
    const { bytes } = await this.send(`/workspaces/${this.workspaceId}/usage`);
    return (JSON.parse(bytes.toString()) as { used_bytes: number }).used_bytes;
  }

  /** What the ledger says, without measuring. */
  get ledger(): LedgerRows {
    return readLedger(this.databasePath, this.workspaceId);
  }

  get chatsRoot(): string {
    return join(this.service.directory, 'own/chats');
  }

  private get databasePath(): string {
    return join(this.service.directory, 'own/database/test.db');
  }

  /** No staged content, nothing to be removed, and no write under way. */
  async untilNothingIsLeft(): Promise<void> {
    await eventually(
      async () => (await besideTheChats(this.chatsRoot)).length === 0 && this.ledger.writes === 0,
      'nothing is left of the writes',
    );
  }
}

export const fileOf = ({ bytes }: RawAnswer): FileAnswer => JSON.parse(bytes.toString()) as FileAnswer;

const streamOf = (body: string | Uint8Array): ReadableStream => {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, index) =>
    bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  return ReadableStream.from(pieces);
};

const PIECE_BYTES = 16 * 1024;
