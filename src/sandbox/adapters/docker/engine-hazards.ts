import { isLoopback } from '../../../config/configuration-rules.js';
import { isWithin } from '../../domain/volume-policy.js';
import { isOlder, parseVersion, type Version } from './versions.js';

/** What is known of the engine, its runtime and the way to it. */
export interface EngineFacts {
  /** `docker.base_url`. */
  readonly baseUrl: string;
  /** Whether the connection is encrypted: `https://`, or a `tcp://` with certificates. */
  readonly isTls: boolean;
  /** Of a Unix socket: its path and the canonical one; else empty. */
  readonly socketPaths: readonly string[];
  /** Directories that sandboxes have, or may have, whole or in part; canonical. */
  readonly mountableRoots: readonly string[];
  /** As the engine tells it, like `20.10.24+dfsg1`. */
  readonly engineVersion: string;
  /** Of runc; empty where the engine does not tell. */
  readonly runcVersion: string;
  /** The OCI runtime that carries out sandboxes: `sandbox.runtime`, else the engine's default. */
  readonly runtime: string;
  readonly securityOptions: readonly string[];
  readonly authorizationPlugins: readonly string[];
}

/** Something about the engine that an operator should mend. */
export interface EngineHazard {
  /** Stable, for those who search the log. */
  readonly code: string;
  readonly message: string;
}

/** A flaw: open in every version older than the first of `fixedIn` that is of the same line, or than the last of all. */
interface Flaw {
  readonly component: 'runc' | 'engine';
  readonly code: string;
  /** Oldest first. */
  readonly fixedIn: readonly string[];
  readonly effect: string;
}

/**
 * Flaws that let code in a container out, or a client around the engine's authorization plugins; the latter concern only
 * engines that have such plugins. Where the source names the last bad version of a line, the next one counts as the fix.
 * Sources, as of November 2026:
 * - CVE-2024-21626: https://github.com/opencontainers/runc/security/advisories/GHSA-xr7r-f8xq-vfvv
 * - CVE-2025-31133: https://github.com/opencontainers/runc/security/advisories/GHSA-9493-h29p-rfm2
 * - CVE-2025-52565: https://github.com/opencontainers/runc/security/advisories/GHSA-qw9x-cqr3-wc7r
 * - CVE-2025-52881: https://github.com/opencontainers/runc/security/advisories/GHSA-cgrx-mc8f-2prm
 * - CVE-2024-41110: https://github.com/moby/moby/security/advisories/GHSA-v23v-6jw2-98fq
 * - CVE-2026-34040: https://github.com/moby/moby/security/advisories/GHSA-x744-4wpc-v9h2
 */
const FLAWS: readonly Flaw[] = [
  {
    component: 'runc',
    code: 'CVE-2024-21626',
    fixedIn: ['1.1.12'],
    effect: 'a container can reach the file system of the host',
  },
  {
    component: 'runc',
    code: 'CVE-2025-31133, CVE-2025-52565, CVE-2025-52881',
    fixedIn: ['1.2.8', '1.3.3', '1.4.0-rc.3'],
    effect: 'a container can write to files of /proc and so break out',
  },
  {
    component: 'engine',
    code: 'CVE-2024-41110',
    fixedIn: ['19.03.16', '20.10.28', '23.0.15', '24.0.10', '25.0.6', '26.0.3', '26.1.5', '27.0.4', '27.1.1'],
    effect: 'requests can pass the authorization plugins without their bodies',
  },
  {
    component: 'engine',
    code: 'CVE-2026-34040',
    fixedIn: ['29.3.1'],
    effect: 'requests with large bodies can pass the authorization plugins',
  },
];

/** Runtimes that do not run containers by runc's code. */
const OTHER_RUNTIMES = /runsc|kata|crun|youki/;

/** Everything about this engine that an operator should know; pure. */
export const engineHazards = (facts: EngineFacts): EngineHazard[] => [
  ...versionHazards(facts),
  ...seccompHazards(facts),
  ...connectionHazards(facts),
  ...socketHazards(facts),
];

function versionHazards(facts: EngineFacts): EngineHazard[] {
  const versions = { engine: facts.engineVersion, runc: facts.runcVersion };
  return FLAWS.filter(({ component }) => isConcerned(component, facts)).flatMap((flaw) => {
    const told = versions[flaw.component];
    const version = parseVersion(told);
    if (version === null || !hasFlaw(version, flaw.fixedIn)) return [];
    const message =
      `${flaw.component} says it is ${told}; up to its fix in ${flaw.fixedIn.join(', ')} ${flaw.effect}. ` +
      "A distribution may have put the fix into its package without changing this version: see the package's " +
      'changelog, else upgrade.';
    return [{ code: flaw.code, message }];
  });
}

function isConcerned(component: Flaw['component'], facts: EngineFacts): boolean {
  return component === 'runc' ? !OTHER_RUNTIMES.test(facts.runtime) : facts.authorizationPlugins.length > 0;
}

function hasFlaw(version: Version, fixedIn: readonly string[]): boolean {
  const fixes = fixedIn.map(parseVersion).filter((fix) => fix !== null);
  const isOfLine = (fix: Version): boolean => fix.major === version.major && fix.minor === version.minor;
  const fix = fixes.find(isOfLine) ?? fixes.at(-1);
  return fix !== undefined && isOlder(version, fix);
}

function seccompHazards({ securityOptions }: EngineFacts): EngineHazard[] {
  const seccomp = securityOptions.find((option) => option.startsWith('name=seccomp'));
  if (seccomp !== undefined && !seccomp.includes('profile=unconfined')) return [];
  const message =
    'the engine gives containers no seccomp profile: every system call of the kernel is open to them';
  return [{ code: 'no-seccomp', message }];
}

function connectionHazards({ baseUrl, isTls }: EngineFacts): EngineHazard[] {
  const host = /^(?:tcp|https):\/\/(\[[^\]]*\]|[^:/]+)/.exec(baseUrl)?.[1]?.replace(/^\[|\]$/g, '');
  if (host === undefined) return [];
  const hazards: EngineHazard[] = [];
  if (!isTls) {
    const message = `the engine answers at ${baseUrl} without TLS: whoever connects there is root on its host`;
    hazards.push({ code: 'engine-without-tls', message });
  }
  if (!isLoopback(host)) {
    const message =
      `the engine answers at ${baseUrl}, which sandboxes may reach as well: ` +
      'see that it asks every client for a certificate, and that a firewall keeps sandboxes away from it';
    hazards.push({ code: 'engine-on-network', message });
  }
  return hazards;
}

function socketHazards({ socketPaths, mountableRoots }: EngineFacts): EngineHazard[] {
  const exposing = mountableRoots.filter((root) => socketPaths.some((path) => isWithin(path, root)));
  return exposing.map((root) => ({
    code: 'engine-socket-mountable',
    message:
      `the engine's socket lies at or below ${root}, of which sandboxes are given directories: ` +
      'move the socket, or name other directories',
  }));
}
