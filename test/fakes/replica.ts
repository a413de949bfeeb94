import type { SandboxConfig } from '../../src/config/sandbox-config.js';
import type { DockerConfig } from '../../src/config/sections.js';
import { BoundedStartQueue } from '../../src/sandbox/adapters/memory/bounded-start-queue.js';
import { InProcessLifecycleLock } from '../../src/sandbox/adapters/memory/in-process-lifecycle-lock.js';
import { YieldingRemovalLane } from '../../src/sandbox/adapters/memory/yielding-removal-lane.js';
import { Admission } from '../../src/sandbox/use-cases/admission.js';
import { Agreement } from '../../src/sandbox/use-cases/agreement.js';
import { Arrivals } from '../../src/sandbox/use-cases/arrivals.js';
import { CleanupEvents } from '../../src/sandbox/use-cases/cleanup-events.js';
import { CleanupExpiredSandboxes } from '../../src/sandbox/use-cases/cleanup-expired-sandboxes.js';
import { ContainerStarter } from '../../src/sandbox/use-cases/container-starter.js';
import { type CreateRequest, CreateSandbox } from '../../src/sandbox/use-cases/create-sandbox.js';
import { Deadlines } from '../../src/sandbox/use-cases/deadlines.js';
import { DeleteSandbox } from '../../src/sandbox/use-cases/delete-sandbox.js';
import { EndContainer } from '../../src/sandbox/use-cases/end-container.js';
import { GetOrStart, type Outcome } from '../../src/sandbox/use-cases/get-or-start.js';
import { GetSandbox } from '../../src/sandbox/use-cases/get-sandbox.js';
import { LastWords } from '../../src/sandbox/use-cases/last-words.js';
import { ListSandboxes } from '../../src/sandbox/use-cases/list-sandboxes.js';
import { ObservedPass } from '../../src/sandbox/use-cases/observed-pass.js';
import { OverdueContainers } from '../../src/sandbox/use-cases/overdue-containers.js';
import { Readiness } from '../../src/sandbox/use-cases/readiness.js';
import { ProvenReuse } from '../../src/sandbox/use-cases/proven-reuse.js';
import { ReconcileSandboxes } from '../../src/sandbox/use-cases/reconcile-sandboxes.js';
import { RemovalTurns } from '../../src/sandbox/use-cases/removal-turns.js';
import { SandboxDirectories } from '../../src/sandbox/use-cases/sandbox-directories.js';
import { SandboxEvents } from '../../src/sandbox/use-cases/sandbox-events.js';
import { SandboxGauges } from '../../src/sandbox/use-cases/sandbox-gauges.js';
import { RunWithoutSandboxes } from '../../src/sandbox/use-cases/run-without-sandboxes.js';
import { StartFlights } from '../../src/sandbox/use-cases/start-flights.js';
import { StartSandbox } from '../../src/sandbox/use-cases/start-sandbox.js';
import { StartTurns } from '../../src/sandbox/use-cases/start-turns.js';
import { VolumeGate } from '../../src/sandbox/use-cases/volume-gate.js';
import { aDockerConfig, aSandboxConfig, aStorageConfig } from '../builders/configuration.js';
import { CHAT } from '../builders/ids.js';
import { FakeEngine } from './fake-engine.js';
import { FakeLivenessWatch } from './fake-liveness-watch.js';
import { FakeSandboxRuntime } from './fake-sandbox-runtime.js';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from './observability.js';
import {
  BreakableRegistry,
  FakeChatDirectories,
  FakeHostPaths,
  FakeReadinessProbe,
  SequentialIds,
  SteppableClock,
} from './system.js';

export interface ReplicaOptions {
  readonly engine?: FakeEngine;
  readonly docker?: Partial<DockerConfig>;
  readonly sandbox?: Partial<SandboxConfig>;
}

/** Short, so that what waits for real does not make the tests slow. */
const SHORT = { createdGraceSeconds: 0.2, startQueueTimeoutSeconds: 2 };

/** One service's use cases over an engine that may be shared with others. */
export class Replica {
  readonly engine: FakeEngine;
  readonly runtime: FakeSandboxRuntime;
  readonly clock = new SteppableClock();
  readonly logger = new RecordingLogger();
  readonly metrics = new RecordingMetrics();
  readonly tracer = new RecordingTracer();
  readonly registry = new BreakableRegistry();
  readonly lock = new InProcessLifecycleLock();
  readonly paths = new FakeHostPaths();
  readonly directories = new FakeChatDirectories();
  readonly probe = new FakeReadinessProbe();
  readonly watch: FakeLivenessWatch;
  readonly queue: BoundedStartQueue;
  readonly createSandbox: CreateSandbox;
  readonly deleteSandbox: DeleteSandbox;
  readonly getSandbox: GetSandbox;
  readonly listSandboxes: ListSandboxes;
  readonly reconcile: ReconcileSandboxes;
  readonly cleanup: CleanupExpiredSandboxes;
  readonly runWithoutSandboxes: RunWithoutSandboxes;

  constructor({
    engine = new FakeEngine(),
    docker: ofDocker = {},
    sandbox: ofSandbox = {},
  }: ReplicaOptions = {}) {
    const docker = aDockerConfig({ timeoutSeconds: 2, ...ofDocker });
    const sandbox = aSandboxConfig({ ...SHORT, ...ofSandbox });
    const { clock, logger, metrics, tracer, registry, lock, paths } = this;
    const runtime = new FakeSandboxRuntime(engine, { timeoutMs: docker.timeoutSeconds * 1000 });
    this.watch = new FakeLivenessWatch(runtime);
    const deadlines = new Deadlines(docker, sandbox);
    const queue = new BoundedStartQueue(sandbox);
    const lastWords = new LastWords(runtime, logger, deadlines);
    const overdue = new OverdueContainers();
    const cleanupEvents = new CleanupEvents(logger, metrics);
    const starter = new ContainerStarter(runtime, clock, logger, lastWords, sandbox);
    const removals = new RemovalTurns(new YieldingRemovalLane(queue), metrics, deadlines);
    const endContainer = new EndContainer(runtime, logger, removals, overdue, sandbox);
    const volumes = new VolumeGate(paths, runtime, sandbox, docker, aStorageConfig());
    const arrivals = new Arrivals();
    const admission = new Admission(registry, runtime, clock, sandbox);
    const start = new StartSandbox(
      runtime,
      registry,
      clock,
      new SequentialIds(),
      logger,
      volumes,
      new SandboxDirectories(this.directories, paths, logger, sandbox),
      new StartTurns(queue, metrics),
      removals,
      starter,
      new Readiness(this.probe, runtime, starter, deadlines),
      lastWords,
      sandbox,
    );
    const getOrStart = new GetOrStart(
      runtime,
      registry,
      clock,
      logger,
      admission,
      start,
      endContainer,
      lastWords,
      deadlines,
    );
    const flights = new StartFlights<Outcome>();
    const events = new SandboxEvents(logger, metrics);
    this.engine = engine;
    this.runtime = runtime;
    this.queue = queue;
    this.createSandbox = new CreateSandbox(
      lock,
      registry,
      tracer,
      arrivals,
      new ProvenReuse(lock, registry, this.watch, clock, volumes),
      volumes,
      admission,
      flights,
      getOrStart,
      events,
      deadlines,
    );
    this.deleteSandbox = new DeleteSandbox(
      lock,
      runtime,
      registry,
      clock,
      tracer,
      arrivals,
      flights,
      endContainer,
      lastWords,
      events,
      cleanupEvents,
      deadlines,
    );
    this.runWithoutSandboxes = new RunWithoutSandboxes(
      lock,
      runtime,
      registry,
      clock,
      endContainer,
      lastWords,
      cleanupEvents,
      deadlines,
      sandbox,
    );
    this.getSandbox = new GetSandbox(runtime, registry, clock, tracer, deadlines);
    this.listSandboxes = new ListSandboxes(runtime, clock, deadlines);
    const agreement = new Agreement(
      runtime,
      registry,
      lock,
      clock,
      endContainer,
      lastWords,
      cleanupEvents,
      overdue,
      deadlines,
      sandbox,
    );
    const pass = new ObservedPass(
      agreement,
      cleanupEvents,
      new SandboxGauges(registry, clock, metrics, overdue),
    );
    this.reconcile = new ReconcileSandboxes(runtime, tracer, logger, pass);
    this.cleanup = new CleanupExpiredSandboxes(clock, tracer, logger, pass, sandbox);
  }

  /** A create of the usual chat, agent and volume, unless told otherwise. */
  create(request: Partial<CreateRequest> = {}): ReturnType<CreateSandbox['execute']> {
    return this.createSandbox.execute({
      chatId: CHAT,
      agentId: 'agent-local',
      volumeHostPath: '/tmp/volume',
      ...request,
    });
  }

  delete(chatId = CHAT): ReturnType<DeleteSandbox['execute']> {
    return this.deleteSandbox.execute(chatId);
  }

  get(chatId = CHAT): ReturnType<GetSandbox['execute']> {
    return this.getSandbox.execute(chatId);
  }

  sweep(): ReturnType<CleanupExpiredSandboxes['execute']> {
    return this.cleanup.execute();
  }
}
