import type { MetricAttributes } from './ports/metrics.js';

/** What a counter tells, and its series that are known before anything has happened. */
interface KnownCounter {
  readonly tells: string;
  readonly series: readonly MetricAttributes[];
}

const results = (...values: string[]): MetricAttributes[] => values.map((result) => ({ result }));

const CONFLICT_REASONS = ['agent_id', 'volume_host_path', 'agent_id,volume_host_path'];

const REFUSALS = [
  'malformed_request',
  'headers_too_large',
  'payload_too_large',
  'request_timeout',
  'expectation_failed',
  'method_not_allowed',
  'silent_connection',
  'connection_limit',
];

/** Every operation on the engine that can fail. `inspect`, `prepare` and `output` are counted and not timed. */
const ENGINE_OPERATIONS = ['create', 'start', 'stop', 'delete', 'list', 'inspect', 'prepare', 'output'];
/** What an operator is woken up for; the other failures make their series as they come. */
const ENGINE_IS_AWAY = ['unreachable', 'timed-out'];

/** The operator's contract: dashboards and alerts use these names. In bytes where the name says so. */
export const KNOWN_COUNTERS: Readonly<Record<string, KnownCounter>> = {
  'http.refused.total': {
    tells: 'What was turned away before it was a request, by its reason.',
    series: REFUSALS.map((reason) => ({ reason })),
  },
  'sandbox.create.total': {
    tells: 'Creates, by their result.',
    series: [
      ...results('created', 'reused', 'replaced', 'error'),
      ...CONFLICT_REASONS.map((reason) => ({ result: 'conflict', reason })),
    ],
  },
  'sandbox.delete.total': {
    tells: 'Deletes, by their result.',
    series: results('deleted', 'not_found', 'error'),
  },
  'sandbox.cleanup.total': {
    tells: 'What sweeps and reconciles did, in sandboxes or containers.',
    series: results('expired', 'orphan_removed', 'holder_removed', 'adopted', 'forgotten', 'error'),
  },
  'sandbox.cleanup.error.total': {
    tells: 'Failures of sweeps, and of single chats within a pass.',
    series: ENGINE_IS_AWAY.map((type) => ({ 'error.type': type })),
  },
  'sandbox.network_pool.taken.total': {
    tells: 'Starts for which a ready network was asked for, by whether there was one.',
    series: results('ready', 'empty'),
  },
  'sandbox.runtime.error.total': {
    tells: 'Failed calls to the engine.',
    series: ENGINE_OPERATIONS.flatMap((operation) =>
      ENGINE_IS_AWAY.map((type) => ({ operation, 'error.type': type })),
    ),
  },
  'storage.upload.bytes': { tells: 'Bytes stored for chats.', series: [{}] },
  'storage.download.bytes': { tells: 'Bytes of chats handed out.', series: [{}] },
  'storage.quota.rejected.total': { tells: 'Writes refused for want of room in a workspace.', series: [{}] },
  'storage.hostile_entry.total': {
    tells: 'Entries of chat directories that were refused: links, devices and the like.',
    series: [{}],
  },
};

export const KNOWN_HISTOGRAMS: Readonly<Record<string, string>> = {
  'sandbox.create.duration_ms': 'Time that creates took, by their result; what was invalid aside.',
  'sandbox.runtime.create.duration_ms': 'Time that the engine took to make a container.',
  'sandbox.runtime.start.duration_ms': 'Time that the engine took to start a container.',
  'sandbox.runtime.stop.duration_ms': 'Time that the engine took to stop a container.',
  'sandbox.runtime.delete.duration_ms': 'Time that the engine took to remove a container.',
  'sandbox.runtime.list.duration_ms': 'Time that the engine took to list the containers.',
  'sandbox.start.wait_ms': 'Time that starts waited for their turn.',
};

export const KNOWN_GAUGES: Readonly<Record<string, string>> = {
  'sandbox.active.count': 'Sandboxes on record that have not expired.',
  'sandbox.network_pool.ready': 'Networks that wait for a sandbox.',
  'sandbox.removal.queue.depth': 'Removals that wait for their turn.',
  'sandbox.start.limit': 'Starts that may run at a time now.',
  'sandbox.start.queue.depth': 'Starts that wait for their turn.',
  'sandbox.start.running': 'Starts that have had their turn and not ended.',
  'sandbox.sweep.age_seconds': 'Time since the last sweep or reconcile that saw the containers.',
  'sandbox.sweep.lag_seconds':
    'For how long the sandbox that should have ended first is overdue; 0: none is.',
};
