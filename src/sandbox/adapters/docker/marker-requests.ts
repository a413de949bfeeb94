import {
  Agent as HttpAgent,
  type ClientRequest,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { DockerConfig } from '../../../config/sections.js';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { type EngineAddress, engineAddress } from './engine-client.js';
import type { Marker } from './stream-markers.js';

/** The statuses of a container that is gone, or does not run. */
const NO_ONE = new Set([404, 409]);

/**
 * Resizes terminals that are not there, which has the engine tell of it and do nothing else: ours have none.
 *
 * Sends them over one connection that is kept. There are so many of them, while reuses come, that dockerode's work and
 * a new connection for each would cost more than the reuses do.
 */
export class MarkerRequests {
  private readonly address: EngineAddress;
  private readonly agent: HttpAgent;
  private readonly timeoutMs: number;

  constructor(config: DockerConfig) {
    this.address = engineAddress(config);
    const options = { keepAlive: true, maxSockets: 1 };
    const { isTls, tls } = this.address;
    this.agent = isTls ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
    this.timeoutMs = config.timeoutSeconds * 1000;
  }

  /** @returns whether there was such a container that ran. @throws SandboxRuntimeError */
  async send(marker: Marker): Promise<boolean> {
    const status = await this.statusOf(marker);
    if (status === 200) return true;
    if (NO_ONE.has(status)) return false;
    throw new SandboxRuntimeError('failed', `the engine answers a marker with ${status}`);
  }

  close(): void {
    this.agent.destroy();
  }

  private statusOf(marker: Marker): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const call = this.open(marker);
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.once('error', (error: NodeJS.ErrnoException) => {
      // A connection that was kept may have been closed by the other side just now.
      const isStale = call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (isStale) resolve(this.statusOf(marker));
      else reject(new SandboxRuntimeError('unreachable', error.message, { cause: error }));
    });
    call.once('timeout', () => call.destroy(new Error('no answer to a marker')));
    call.end();
    return promise;
  }

  private open({ containerId, height, width }: Marker): ClientRequest {
    const { isTls, to } = this.address;
    const call: RequestOptions = {
      ...to,
      agent: this.agent,
      method: 'POST',
      path: `/containers/${containerId}/resize?h=${height}&w=${width}`,
      headers: { Host: 'docker', 'Content-Length': 0 },
      timeout: this.timeoutMs,
    };
    return isTls ? httpsRequest(call) : httpRequest(call);
  }
}
