import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { DockerConfig } from '../../../config/sections.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import type { SandboxContainer } from '../../domain/container.js';
import type { LivenessWatch, Look } from '../../ports/liveness-watch.js';
import { EngineClient } from './engine-client.js';
import { EventProofs } from './event-proofs.js';
import { EventStream } from './event-stream.js';
import { MarkerRequests } from './marker-requests.js';

/**
 * Proof by the engine's event stream. It is good for 25 ms from the sending of the marker that gave it; why that is sound
 * stands in docs/adr/0013-proof-of-life.md. The stream is opened when somebody first asks.
 */
@Injectable()
export class DockerLivenessWatch implements LivenessWatch, BeforeApplicationShutdown {
  private readonly requests: MarkerRequests;
  private readonly proofs: EventProofs;
  private readonly stream: EventStream;

  constructor(docker: DockerConfig, @Inject(LOGGER) logger: Logger) {
    this.requests = new MarkerRequests(docker);
    this.proofs = new EventProofs({
      send: (marker) => this.requests.send(marker),
      onLost: () => this.stream.restart(),
      nowMs: () => performance.now(),
    });
    this.stream = new EventStream(new EngineClient(docker), this.proofs, logger);
  }

  proven(containerId: string): Promise<SandboxContainer | null> {
    this.stream.follow();
    return this.proofs.proven(containerId);
  }

  beginLook(): Look {
    return this.proofs.beginLook();
  }

  resynchroniseBy(lookAtAll: () => Promise<unknown>): void {
    this.proofs.resynchroniseBy(lookAtAll);
  }

  beforeApplicationShutdown(): void {
    this.stream.stop();
    this.requests.close();
  }
}
