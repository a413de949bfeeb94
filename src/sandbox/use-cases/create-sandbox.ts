import { Inject, Injectable } from '@nestjs/common';
import { InvalidInputError } from '../../kernel/invalid-input-error.js';
import { type Span, TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { SandboxConflictError, SandboxQueueTimeoutError } from '../domain/errors.js';
import type { Sandbox } from '../domain/sandbox.js';
import { LIFECYCLE_LOCK, type LifecycleLock, LockTimeoutError } from '../ports/lifecycle-lock.js';
import { SESSION_REGISTRY, type SessionRegistry } from '../ports/session-registry.js';
import { Admission } from './admission.js';
import { Arrivals } from './arrivals.js';
import { Deadlines } from './deadlines.js';
import { toStartFailure } from './failure-reason.js';
import { GetOrStart, type Outcome } from './get-or-start.js';
import { ProvenReuse } from './proven-reuse.js';
import { SandboxEvents } from './sandbox-events.js';
import { describeAnswer, describeConflict } from './sandbox-spans.js';
import { StartFlights, type Terms } from './start-flights.js';
import { TimeBudget } from './time-budget.js';
import { VolumeGate } from './volume-gate.js';

export interface CreateRequest {
  /** Canonical UUID. */
  readonly chatId: string;
  readonly agentId: string;
  /** As the caller spelt it. */
  readonly volumeHostPath: string;
}

type Landing = Promise<{ readonly outcome: Outcome; readonly hasJoined: boolean }>;

interface Arrived {
  readonly terms: Terms;
  readonly landing: Landing;
}

const reuseOf = (sandbox: Sandbox): Awaited<Landing> => ({
  outcome: { sandbox, result: 'reused', previous: null },
  hasJoined: false,
});

/** Gets or creates the one active sandbox of a chat. */
@Injectable()
export class CreateSandbox {
  constructor(
    @Inject(LIFECYCLE_LOCK) private readonly lock: LifecycleLock,
    @Inject(SESSION_REGISTRY) private readonly registry: SessionRegistry,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly arrivals: Arrivals,
    private readonly provenReuse: ProvenReuse,
    private readonly volumes: VolumeGate,
    private readonly admission: Admission,
    private readonly flights: StartFlights<Outcome>,
    private readonly getOrStart: GetOrStart,
    private readonly events: SandboxEvents,
    private readonly deadlines: Deadlines,
  ) {}

  /**
   * @throws InvalidInputError, SandboxConflictError, SandboxLimitReachedError, SandboxStartFailedError,
   * SandboxQueueTimeoutError, SandboxEndpointUnavailableError, ShuttingDownError
   */
  execute(request: CreateRequest): Promise<Sandbox> {
    const attributes = {
      'chat.id': request.chatId,
      'agent.id': request.agentId,
      'volume.host_path': request.volumeHostPath,
    };
    return this.tracer.span('usecase.create_sandbox', attributes, async (span) => {
      const beganMs = performance.now();
      // With the canonical path as soon as that is known.
      let asked: Terms = request;
      try {
        const { terms, landing } = await this.arrivals.inOrder(request.chatId, () => this.lineUp(request));
        asked = terms;
        span.set({ 'volume.host_path': terms.volumeHostPath });
        const { outcome, hasJoined } = await landing;
        return this.answer(span, outcome, hasJoined, beganMs);
      } catch (error) {
        this.fail(span, error, asked, beganMs);
        throw error;
      }
    });
  }

  /** @returns its terms, and in an object the promise of what comes once it has its place in line */
  private async lineUp(request: CreateRequest): Promise<Arrived> {
    const sandbox = await this.provenReuse.find(request);
    if (sandbox !== null) return { terms: request, landing: Promise.resolve(reuseOf(sandbox)) };
    const terms = await this.admit(request);
    return { terms, landing: this.flights.share(terms, () => this.underLock(terms)) };
  }

  private async admit({ chatId, agentId, volumeHostPath }: CreateRequest): Promise<Terms> {
    const terms = { chatId, agentId, volumeHostPath: await this.volumes.admit(volumeHostPath) };
    const own = await this.registry.find(chatId);
    // What this chat's sandbox has mounted already can no longer be swapped.
    if (own?.volumeHostPath !== terms.volumeHostPath) await this.admission.assertVolumeFree(terms);
    return terms;
  }

  private async underLock(terms: Terms): Promise<Outcome> {
    const queue = new TimeBudget(this.deadlines.queueMs);
    try {
      return await this.lock.runExclusive(terms.chatId, this.deadlines.queueMs, () =>
        this.getOrStart.execute(terms, queue),
      );
    } catch (error) {
      throw error instanceof LockTimeoutError ? new SandboxQueueTimeoutError() : toStartFailure(error);
    }
  }

  private answer(span: Span, outcome: Outcome, hasJoined: boolean, beganMs: number): Sandbox {
    const { sandbox } = outcome;
    const result = hasJoined ? 'reused' : outcome.result;
    const previous = hasJoined ? null : outcome.previous;
    this.events.answered(sandbox, result, previous, performance.now() - beganMs);
    describeAnswer(span, sandbox, result, previous);
    return sandbox;
  }

  private fail(span: Span, error: unknown, asked: Terms, beganMs: number): void {
    const durationMs = performance.now() - beganMs;
    if (error instanceof SandboxConflictError) {
      this.events.conflicted(error, asked, durationMs);
      describeConflict(span, error);
      return;
    }
    // A request that breaks a rule is the caller's mistake, and none of the service's creates.
    if (!(error instanceof InvalidInputError)) this.events.createFailed(durationMs);
    span.set({ 'sandbox.result': 'error' });
    span.fail(error);
  }
}
