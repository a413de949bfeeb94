import { randomUUID } from 'node:crypto';
import { type Service } from '#service';

export interface StoredChat {
  readonly workspaceId: string;
  readonly chatId: string;
}

/** A workspace of a new user. */
export async function newWorkspace(service: Service): Promise<string> {
  const body = JSON.stringify({ user_id: randomUUID() });
  const created = await service.http.expect(201, 'POST', '/api/v1/workspaces', body);
  return (JSON.parse(created) as { workspace_id: string }).workspace_id;
}

export async function newChat(service: Service, workspaceId: string): Promise<StoredChat> {
  const created = await service.http.expect(201, 'POST', `/api/v1/workspaces/${workspaceId}/chats`, '{}');
  return { workspaceId, chatId: (JSON.parse(created) as { chat_id: string }).chat_id };
}

/** Stores under a name that nothing bears yet. @returns the file's id */
export async function putFile(
  service: Service,
  { chatId }: StoredChat,
  name: string,
  content: string,
): Promise<string> {
  const path = `/api/v1/chats/${chatId}/files/by-name/${name}`;
  return (JSON.parse(await service.http.expect(201, 'PUT', path, content)) as { file_id: string }).file_id;
}
