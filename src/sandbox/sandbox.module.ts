import { Global, Module } from '@nestjs/common';
import { METRICS, type Metrics } from '../observability/ports/metrics.js';
import { REDACTION, type TextRedaction } from '../observability/ports/redaction.js';
import { TRACER, type Tracer } from '../observability/ports/tracer.js';
import { DockerLivenessWatch } from './adapters/docker/docker-liveness-watch.js';
import { DockerSandboxRuntime } from './adapters/docker/docker-sandbox-runtime.js';
import { EngineCheck } from './adapters/docker/engine-check.js';
import { EngineNetworks } from './adapters/docker/engine-networks.js';
import { NetworkPool } from './adapters/docker/network-pool.js';
import { NetworkPoolFiller } from './adapters/docker/network-pool-filler.js';
import { ObservedSandboxRuntime } from './adapters/docker/observed-sandbox-runtime.js';
import { LocalHostPaths } from './adapters/filesystem/local-host-paths.js';
import { SharedDirectories } from './adapters/filesystem/shared-directories.js';
import { SandboxReadiness } from './adapters/health/sandbox-readiness.js';
import { BoundedStartQueue } from './adapters/memory/bounded-start-queue.js';
import { InMemorySessionRegistry } from './adapters/memory/in-memory-session-registry.js';
import { InProcessLifecycleLock } from './adapters/memory/in-process-lifecycle-lock.js';
import { YieldingRemovalLane } from './adapters/memory/yielding-removal-lane.js';
import { ExpirySweeper } from './adapters/schedule/expiry-sweeper.js';
import { LifecycleShutdown } from './adapters/schedule/lifecycle-shutdown.js';
import { StartupReconciler } from './adapters/schedule/startup-reconciler.js';
import { StoredChatDirectories } from './adapters/storage/stored-chat-directories.js';
import { SocketReadinessProbe } from './adapters/system/socket-readiness-probe.js';
import { CHAT_DIRECTORIES } from './ports/chat-directories.js';
import { HOST_PATHS } from './ports/host-paths.js';
import { LIFECYCLE_LOCK } from './ports/lifecycle-lock.js';
import { LIVENESS_WATCH, type LivenessWatch } from './ports/liveness-watch.js';
import { READINESS_PROBE } from './ports/readiness-probe.js';
import { REMOVAL_LANE } from './ports/removal-lane.js';
import { SANDBOX_RUNTIME } from './ports/sandbox-runtime.js';
import { SESSION_REGISTRY } from './ports/session-registry.js';
import { START_QUEUE } from './ports/start-queue.js';
import { Admission } from './use-cases/admission.js';
import { Agreement } from './use-cases/agreement.js';
import { Arrivals } from './use-cases/arrivals.js';
import { CleanupEvents } from './use-cases/cleanup-events.js';
import { CleanupExpiredSandboxes } from './use-cases/cleanup-expired-sandboxes.js';
import { ContainerStarter } from './use-cases/container-starter.js';
import { CreateSandbox } from './use-cases/create-sandbox.js';
import { Deadlines } from './use-cases/deadlines.js';
import { DeleteSandbox } from './use-cases/delete-sandbox.js';
import { EndContainer } from './use-cases/end-container.js';
import { GetOrStart } from './use-cases/get-or-start.js';
import { GetSandbox } from './use-cases/get-sandbox.js';
import { LastWords } from './use-cases/last-words.js';
import { ListSandboxes } from './use-cases/list-sandboxes.js';
import { ObservedPass } from './use-cases/observed-pass.js';
import { OverdueContainers } from './use-cases/overdue-containers.js';
import { ProvenReuse } from './use-cases/proven-reuse.js';
import { Readiness } from './use-cases/readiness.js';
import { ReconcileSandboxes } from './use-cases/reconcile-sandboxes.js';
import { RemovalTurns } from './use-cases/removal-turns.js';
import { SandboxDirectories } from './use-cases/sandbox-directories.js';
import { SandboxEvents } from './use-cases/sandbox-events.js';
import { SandboxGauges } from './use-cases/sandbox-gauges.js';
import { RunWithoutSandboxes } from './use-cases/run-without-sandboxes.js';
import { StartFlights } from './use-cases/start-flights.js';
import { StartSandbox } from './use-cases/start-sandbox.js';
import { StartTurns } from './use-cases/start-turns.js';
import { VolumeGate } from './use-cases/volume-gate.js';

const USE_CASES = [
  CreateSandbox,
  DeleteSandbox,
  GetSandbox,
  ListSandboxes,
  ReconcileSandboxes,
  CleanupExpiredSandboxes,
  RunWithoutSandboxes,
];

/** The steps that use cases are made of. */
const STEPS = [
  Admission,
  Agreement,
  Arrivals,
  CleanupEvents,
  ContainerStarter,
  Deadlines,
  EndContainer,
  GetOrStart,
  LastWords,
  ObservedPass,
  OverdueContainers,
  ProvenReuse,
  Readiness,
  RemovalTurns,
  SandboxDirectories,
  SandboxEvents,
  SandboxGauges,
  StartFlights,
  StartSandbox,
  StartTurns,
  VolumeGate,
];

const PORTS = [
  { provide: CHAT_DIRECTORIES, useClass: StoredChatDirectories },
  { provide: HOST_PATHS, useClass: LocalHostPaths },
  { provide: LIFECYCLE_LOCK, useClass: InProcessLifecycleLock },
  { provide: LIVENESS_WATCH, useClass: DockerLivenessWatch },
  { provide: READINESS_PROBE, useClass: SocketReadinessProbe },
  { provide: REMOVAL_LANE, useClass: YieldingRemovalLane },
  { provide: SESSION_REGISTRY, useClass: InMemorySessionRegistry },
  { provide: START_QUEUE, useClass: BoundedStartQueue },
  {
    provide: SANDBOX_RUNTIME,
    inject: [DockerSandboxRuntime, METRICS, TRACER, REDACTION, LIVENESS_WATCH],
    useFactory: (
      docker: DockerSandboxRuntime,
      metrics: Metrics,
      tracer: Tracer,
      redact: TextRedaction,
      watch: LivenessWatch,
    ) => new ObservedSandboxRuntime(docker, metrics, tracer, redact, watch),
  },
];

/**
 * One sandbox a chat, carried out by a container. It and storage need each other's use cases, so that neither module can
 * import the other: each gives what it exports to all.
 */
@Global()
@Module({
  providers: [
    DockerSandboxRuntime,
    EngineCheck,
    EngineNetworks,
    NetworkPool,
    NetworkPoolFiller,
    SharedDirectories,
    ...PORTS,
    ...STEPS,
    ...USE_CASES,
    StartupReconciler,
    ExpirySweeper,
    LifecycleShutdown,
    SandboxReadiness,
  ],
  exports: USE_CASES,
})
export class SandboxModule {}
