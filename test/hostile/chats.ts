import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Answer, Service } from '../support/service.js';

export interface OwnedChat {
  readonly workspaceId: string;
  readonly chatId: string;
  /** On the host. */
  readonly directory: string;
}

export interface FileAnswer {
  readonly file_id: string;
  readonly name: string;
  readonly size_bytes: number;
  readonly origin: 'upload' | 'agent';
}

export interface FilePage {
  readonly items: readonly FileAnswer[];
  readonly next_cursor: string | null;
}

export const chatsRootOf = (service: Service): string => join(service.directory, 'own/chats');
export const directoryOf = (service: Service, chatId: string): string => join(chatsRootOf(service), chatId);

/** A new chat in a workspace of its own. */
export async function aChatOf(service: Service, chatId?: string): Promise<OwnedChat> {
  const workspaces = '/api/v1/workspaces';
  const workspace = await service.post<{ workspace_id: string }>(workspaces, { user_id: randomUUID() });
  const workspaceId = workspace.body.workspace_id;
  const body = chatId === undefined ? {} : { chat_id: chatId };
  const created = await service.post<{ chat_id: string }>(`${workspaces}/${workspaceId}/chats`, body);
  if (created.status !== 201) throw new Error(`no chat was made: ${JSON.stringify(created.body)}`);
  const id = created.body.chat_id;
  return { workspaceId, chatId: id, directory: directoryOf(service, id) };
}

/** All pages. */
export async function listFiles(service: Service, chatId: string): Promise<FileAnswer[]> {
  const files: FileAnswer[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '?limit=200' : `?limit=200&cursor=${cursor}`;
    const page: Answer<FilePage> = await service.request('GET', `/api/v1/chats/${chatId}/files${query}`);
    if (page.status !== 200) throw new Error(`the list was answered with ${page.status}`);
    files.push(...page.body.items);
    cursor = page.body.next_cursor;
  }
  return files;
}

export const put = (
  service: Service,
  chatId: string,
  name: string,
  body: string,
): Promise<Answer<FileAnswer>> =>
  service.request('PUT', `/api/v1/chats/${chatId}/files/by-name/${encodeURIComponent(name)}`, { body });

export async function usedBytesOf(service: Service, workspaceId: string): Promise<number> {
  const { body } = await service.request<{ used_bytes: number }>(
    'GET',
    `/api/v1/workspaces/${workspaceId}/usage`,
  );
  return body.used_bytes;
}
