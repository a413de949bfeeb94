import { parseUuid } from '../../../kernel/uuid.js';
import type { SandboxClaim } from '../../domain/container.js';

const MANAGED_BY = 'sandbox-master';
const SCHEMA_VERSION = '1';

/** Every label of ours. Helpers that are no chat's container never bear `chat_id`. */
export const LABEL = {
  sessionId: 'session_id',
  chatId: 'chat_id',
  expiresAt: 'expires_at',
  agentId: 'agent_id',
  volumeHostPath: 'volume_host_path',
  endpointPort: 'endpoint_port',
  managedBy: 'managed-by',
  instance: 'instance',
  createdAt: 'created_at',
  schemaVersion: 'schema-version',
  /** Of helpers: what they are for. */
  role: 'role',
  /** Of a sandbox in a holder's network: the holder's id. */
  networkHolder: 'network_holder',
} as const;

/** The labels that an older service's containers bear, which had no instance. */
const FIRST_SIX = [
  LABEL.sessionId,
  LABEL.chatId,
  LABEL.expiresAt,
  LABEL.agentId,
  LABEL.volumeHostPath,
  LABEL.endpointPort,
];

export type Labels = Readonly<Record<string, string>>;

export const ownerLabels = (instance: string): Labels => ({
  [LABEL.managedBy]: MANAGED_BY,
  [LABEL.instance]: instance,
});

export const toLabels = (claim: SandboxClaim, instance: string): Labels => ({
  [LABEL.sessionId]: claim.sessionId,
  [LABEL.chatId]: claim.chatId,
  [LABEL.expiresAt]: claim.expiresAt.toISOString(),
  [LABEL.agentId]: claim.agentId,
  [LABEL.volumeHostPath]: claim.volumeHostPath,
  [LABEL.endpointPort]: String(claim.endpointPort),
  ...ownerLabels(instance),
  [LABEL.createdAt]: claim.createdAt.toISOString(),
  [LABEL.schemaVersion]: SCHEMA_VERSION,
});

const NETWORK_HOLDER = 'network-holder';

/** With the port that sandboxes bear too, so that one list of the engine's finds both. */
export const holderLabels = (endpointPort: number, createdAt: Date, instance: string): Labels => ({
  [LABEL.endpointPort]: String(endpointPort),
  ...ownerLabels(instance),
  [LABEL.createdAt]: createdAt.toISOString(),
  [LABEL.schemaVersion]: SCHEMA_VERSION,
  [LABEL.role]: NETWORK_HOLDER,
});

/** Whether these are the labels of a network holder of this instance. */
export const isHolderOf = (labels: Labels, instance: string): boolean =>
  labels[LABEL.role] === NETWORK_HOLDER &&
  labels[LABEL.schemaVersion] === SCHEMA_VERSION &&
  isManaged(labels) &&
  isOwnedBy(labels, instance);

/** @param containerCreatedAt stands in for a label that cannot be read */
export const holderCreatedAt = (labels: Labels, containerCreatedAt: Date): Date =>
  readTime(labels[LABEL.createdAt]) ?? containerCreatedAt;

/** Whether a service like this one made what bears these labels. */
export const isManaged = (labels: Labels): boolean => labels[LABEL.managedBy] === MANAGED_BY;

/** Whether a container with these labels belongs to this instance. */
export function isOwnedBy(labels: Labels, instance: string): boolean {
  const owner = labels[LABEL.instance];
  if (owner === undefined)
    return instance === 'default' && FIRST_SIX.every((label) => labels[label] !== undefined);
  return owner === instance && labels[LABEL.managedBy] === MANAGED_BY;
}

/**
 * What the labels say, or null where they cannot be understood or follow a schema of another version.
 * @param containerCreatedAt stands in for the label that older containers lack
 */
export function readClaim(labels: Labels, containerCreatedAt: Date): SandboxClaim | null {
  const schema = labels[LABEL.schemaVersion];
  if (schema !== undefined && schema !== SCHEMA_VERSION) return null;
  const sessionId = parseUuid(labels[LABEL.sessionId] ?? '');
  const chatId = parseUuid(labels[LABEL.chatId] ?? '');
  const agentId = labels[LABEL.agentId] ?? '';
  const volumeHostPath = labels[LABEL.volumeHostPath] ?? '';
  const endpointPort = Number(labels[LABEL.endpointPort]);
  const expiresAt = readTime(labels[LABEL.expiresAt]);
  const createdAt =
    labels[LABEL.createdAt] === undefined ? containerCreatedAt : readTime(labels[LABEL.createdAt]);
  if (sessionId === null || chatId === null || expiresAt === null || createdAt === null) return null;
  if (agentId === '' || !volumeHostPath.startsWith('/')) return null;
  if (!Number.isInteger(endpointPort) || endpointPort < 1 || endpointPort > 65_535) return null;
  return { sessionId, chatId, agentId, volumeHostPath, endpointPort, createdAt, expiresAt };
}

/** An ISO-8601 time; one without a zone is UTC. */
function readTime(text: string | undefined): Date | null {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const time = new Date(/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}
