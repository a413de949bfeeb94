import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../config/sandbox-config.js';
import { DockerConfig } from '../../config/sections.js';

/** Reads answer within 5 s whatever the engine does; this leaves the rest of that to everything else. */
const READ_MS = 4000;

/**
 * How the promised answer times are shared out, in milliseconds. A create answers within the queue's timeout, the ready
 * timeout and three engine deadlines: `createMs` for going forward, `outputMs` and one engine deadline for undoing it. A
 * delete answers within two. Each share stays a little below its limit, for what is not engine time.
 */
@Injectable()
export class Deadlines {
  readonly engineMs: number;
  readonly queueMs: number;
  readonly readyMs: number;
  readonly createMs: number;
  readonly outputMs: number;
  readonly deleteWaitMs: number;
  readonly deleteMs: number;
  readonly sweepWaitMs: number;
  readonly readMs: number;

  constructor(docker: DockerConfig, sandbox: SandboxConfig) {
    this.engineMs = docker.timeoutSeconds * 1000;
    this.queueMs = sandbox.startQueueTimeoutSeconds * 1000;
    this.readyMs = sandbox.readyTimeoutSeconds * 1000;
    this.createMs = 1.8 * this.engineMs;
    this.outputMs = 0.1 * this.engineMs;
    this.deleteWaitMs = 0.9 * this.engineMs;
    this.deleteMs = 1.9 * this.engineMs;
    // Under the chat's lock, for which a delete waits twice as long.
    this.sweepWaitMs = this.deleteWaitMs / 2;
    this.readMs = Math.min(this.engineMs, READ_MS);
  }
}
