import type { Sandbox } from '../../domain/sandbox.js';
import type { Deletion } from '../../use-cases/delete-sandbox.js';
import type { DeletedSandboxDto, ListedSandboxDto, SandboxDto } from './sandbox-dtos.js';

export const toSandboxDto = (sandbox: Sandbox): SandboxDto => ({
  session_id: sandbox.sessionId,
  chat_id: sandbox.chatId,
  agent_id: sandbox.agentId,
  volume_host_path: sandbox.volumeHostPath,
  container_id: sandbox.containerId,
  endpoint: { ip: sandbox.endpoint.ip, port: sandbox.endpoint.port },
  status: 'running',
  expires_at: sandbox.expiresAt.toISOString(),
});

export const toListedDto = (sandbox: Sandbox): ListedSandboxDto =>
  Object.assign(toSandboxDto(sandbox), { created_at: sandbox.createdAt.toISOString() });

export const toDeletedDto = (chatId: string, deletion: Deletion | null): DeletedSandboxDto => ({
  chat_id: chatId,
  result: deletion === null ? 'not_found' : 'deleted',
  session_id: deletion?.sessionId ?? null,
  container_id: deletion?.containerId ?? null,
});
