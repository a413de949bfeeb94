import { EVENT_FILTERS } from '../sandbox/adapters/docker/engine-event.js';
import { HOLDER_IMPORT } from '../sandbox/adapters/docker/holder-image.js';
import { LABEL } from '../sandbox/adapters/docker/labels.js';
import { forbidden } from './refusal.js';

/**
 * What is to be looked at before a call goes on: `plain`: nothing more; `stream`: nothing more, and its answer has no end; `create-container`, `create-network`: the body;
 * `inspect`, `change`, `start`: whose container it is; `pause`, `attach`: whether it is a network holder of the service's,
 * and the connection then goes both ways with `attach`; `remove-network`: which network it is; `import-image`: of the body
 * nothing is taken.
 */
type CallKind =
  | 'plain'
  | 'stream'
  | 'create-container'
  | 'create-network'
  | 'inspect'
  | 'change'
  | 'start'
  | 'remove-network'
  | 'pause'
  | 'attach'
  | 'import-image';

/** A request that has a method, a path and a query that the service uses. */
export interface AllowedCall {
  readonly kind: CallKind;
  readonly method: string;
  /** As the engine is to get it; made anew, so that nothing of the client's spelling gets through. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The container or network that the path names; else empty. */
  readonly target: string;
}

/** What decides which queries are allowed. */
export interface CallTerms {
  readonly networkName: string;
  /** `sandbox.stop_grace_seconds`: no call waits longer for a container's end. */
  readonly stopGraceSeconds: number;
  /** Whether `sandbox.network_pool.size` is more than 0: else no call makes, holds or takes a network holder. */
  readonly hasNetworkPool: boolean;
}

interface Rule {
  readonly kind: CallKind;
  readonly method: string;
  readonly path: RegExp;
  /** Parameters that must all be there, and no others. */
  readonly query?: Readonly<Record<string, RegExp | string>>;
}

/** Names and ids as the engine has them (`RestrictedNamePattern`); no `%`, so nothing is hidden by encoding. */
const REF = '([a-zA-Z0-9][a-zA-Z0-9_.-]*)';
const TRUE = /^(true|1)$/;

/** Every call of `DockerSandboxRuntime`, `DockerLivenessWatch`, `ensureNetwork` and `EngineCheck`; a path with a version in front is none. */
const rulesFor = ({ networkName }: CallTerms): readonly Rule[] => [
  { kind: 'plain', method: 'GET', path: /^\/_ping$/ },
  { kind: 'plain', method: 'GET', path: /^\/(?:info|version)$/ },
  {
    kind: 'plain',
    method: 'GET',
    path: /^\/containers\/json$/,
    query: { all: TRUE, filters: JSON.stringify({ label: [LABEL.endpointPort] }) },
  },
  {
    kind: 'plain',
    method: 'GET',
    path: /^\/networks$/,
    query: { filters: JSON.stringify({ name: [networkName] }) },
  },
  { kind: 'stream', method: 'GET', path: /^\/events$/, query: { filters: EVENT_FILTERS } },
  { kind: 'create-network', method: 'POST', path: /^\/networks\/create$/ },
  { kind: 'remove-network', method: 'DELETE', path: new RegExp(`^/networks/${REF}$`) },
  { kind: 'create-container', method: 'POST', path: /^\/containers\/create$/, query: { name: /^.+$/ } },
  { kind: 'inspect', method: 'GET', path: new RegExp(`^/containers/${REF}/json$`) },
  { kind: 'start', method: 'POST', path: new RegExp(`^/containers/${REF}/start$`) },
  {
    kind: 'change',
    method: 'POST',
    path: new RegExp(`^/containers/${REF}/stop$`),
    query: { t: /^\d{1,4}$/ },
  },
  {
    kind: 'change',
    method: 'POST',
    path: new RegExp(`^/containers/${REF}/resize$`),
    query: { h: /^\d{1,10}$/, w: /^\d{1,10}$/ },
  },
  {
    kind: 'change',
    method: 'DELETE',
    path: new RegExp(`^/containers/${REF}$`),
    query: { force: TRUE, v: TRUE },
  },
  {
    kind: 'change',
    method: 'GET',
    path: new RegExp(`^/containers/${REF}/logs$`),
    query: { stdout: TRUE, stderr: TRUE, tail: /^\d{1,4}$/ },
  },
];

/** Those of a service that keeps networks ready. */
const POOL_RULES: readonly Rule[] = [
  {
    kind: 'attach',
    method: 'POST',
    path: new RegExp(`^/containers/${REF}/attach$`),
    query: { stream: TRUE, stdin: TRUE, stdout: TRUE, hijack: TRUE },
  },
  { kind: 'pause', method: 'POST', path: new RegExp(`^/containers/${REF}/pause$`) },
  {
    kind: 'import-image',
    method: 'POST',
    path: /^\/images\/create$/,
    query: { fromSrc: '-', ...HOLDER_IMPORT },
  },
];

/** @throws Refusal when it is no call of the service's */
export function allowedCall(method: string, url: string, terms: CallTerms): AllowedCall {
  const [path = '', search = '', ...rest] = url.split('?');
  const rules = [...rulesFor(terms), ...(terms.hasNetworkPool ? POOL_RULES : [])];
  const rule = rules.find((each) => each.method === method && each.path.test(path));
  if (rule === undefined || rest.length > 0) {
    throw forbidden(`${method} ${path} is no call that this service makes`);
  }
  const query = allowedQuery(new URLSearchParams(search), rule.query ?? {});
  if (Number(query.t ?? 0) > terms.stopGraceSeconds) {
    throw forbidden(`t=${query.t ?? ''} is more than sandbox.stop_grace_seconds`);
  }
  return { kind: rule.kind, method, path, query, target: rule.path.exec(path)?.[1] ?? '' };
}

function allowedQuery(
  given: URLSearchParams,
  allowed: Readonly<Record<string, RegExp | string>>,
): Readonly<Record<string, string>> {
  const names = [...given.keys()];
  const strange = names.find((name, index) => !Object.hasOwn(allowed, name) || names.indexOf(name) !== index);
  if (strange !== undefined) throw forbidden(`the parameter ${strange} is not allowed here, or not twice`);
  return Object.fromEntries(
    Object.entries(allowed).map(([name, pattern]) => {
      const value = given.get(name) ?? '';
      const isAllowed = typeof pattern === 'string' ? value === pattern : pattern.test(value);
      if (!isAllowed) throw forbidden(`the parameter ${name} may not be "${value}"`);
      return [name, value];
    }),
  );
}
