/** Where the agent in a sandbox listens. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** Our record of one chat's isolated run; a container is what carries it out. */
export interface Sandbox {
  readonly sessionId: string;
  readonly chatId: string;
  readonly agentId: string;
  /** Canonical path on the Docker host. */
  readonly volumeHostPath: string;
  readonly containerId: string;
  readonly endpoint: Endpoint;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** At its very `expiresAt` a sandbox is expired. */
export const isExpired = ({ expiresAt }: Pick<Sandbox, 'expiresAt'>, now: Date): boolean => expiresAt <= now;
