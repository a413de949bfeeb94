import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { posix, resolve } from 'node:path';
import type { Configuration } from './configuration.js';
import { PROJECT_ROOT } from './project-root.js';
import { makeSigningKey } from './secrets.js';

/** Whether only this machine can reach a server that listens on the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The rules that span several keys; fills in what one key takes from another. */
export function applyRules(configuration: Configuration): { faults: string[]; warnings: string[] } {
  resolveHostPaths(configuration);
  const rules = [
    ruleOfAccess,
    ruleOfSandboxUser,
    ruleOfEngine,
    ruleOfTls,
    ruleOfMounts,
    ruleOfNetworkPool,
  ].map((rule) => rule(configuration));
  return {
    faults: rules.flatMap(({ faults }) => faults),
    warnings: rules.flatMap(({ warnings }) => warnings),
  };
}

/** Other runtimes bring network stacks of their own, and nobody has tried whether these can be another container's. */
function ruleOfNetworkPool({ sandbox }: Configuration): Verdict {
  const fault =
    'sandbox.network_pool.size (APP_SANDBOX_NETWORK_POOL_SIZE): must be 0 where sandbox.runtime names a runtime';
  return { faults: sandbox.networkPoolSize > 0 && sandbox.runtime !== '' ? [fault] : [], warnings: [] };
}

type Verdict = { faults: string[]; warnings: string[] };

function resolveHostPaths({ sandbox, storage }: Configuration): void {
  sandbox.chatsRoot = resolve(PROJECT_ROOT, sandbox.chatsRoot);
  sandbox.dependenciesHostPath = resolve(PROJECT_ROOT, sandbox.dependenciesHostPath);
  sandbox.lambdaToolsHostPath = resolve(PROJECT_ROOT, sandbox.lambdaToolsHostPath);
  const sqlite = /^sqlite:(?!:memory:)(.+)$/.exec(storage.databaseUrl)?.[1];
  if (sqlite !== undefined) storage.databaseUrl = `sqlite:${resolve(PROJECT_ROOT, sqlite)}`;
}

function ruleOfAccess({ http, security }: Configuration): Verdict {
  const faults: string[] = [];
  const warnings: string[] = [];
  if (security.requireToken) {
    if (security.apiToken === null) faults.push('security.require_token: needs a secret in APP_API_TOKEN');
    if (security.signingKey === '') faults.push('security.require_token: needs a secret in APP_SIGNING_KEY');
  } else {
    if (!isLoopback(http.host) && !security.allowUnauthenticatedNetwork) {
      faults.push(
        `http.host (APP_HTTP_HOST): ${http.host} is open to the network while security.require_token is false; ` +
          'require the token, listen on 127.0.0.1, or set security.allow_unauthenticated_network',
      );
    }
    if (security.signingKey === '') {
      security.signingKey = makeSigningKey();
      warnings.push('APP_SIGNING_KEY is not set: a random key is used, which ends with this process');
    }
  }
  return { faults, warnings };
}

/** The service must be able to remove what a container made: as root, or as the very user of its containers. */
function ruleOfSandboxUser({ sandbox }: Configuration): Verdict {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) return { faults: [], warnings: [] };
  const own = `${uid}:${process.getegid?.() ?? uid}`;
  if (sandbox.user === '') sandbox.user = own;
  const fault = `sandbox.user (APP_SANDBOX_USER): must be ${own}, the user of this service, which is not root`;
  return { faults: sandbox.user === own ? [] : [fault], warnings: [] };
}

function ruleOfEngine({ docker }: Configuration): Verdict {
  const fault = `docker.base_url (APP_DOCKER_BASE_URL): "${docker.baseUrl}" is no usable address`;
  return { faults: isUsableUrl(docker.baseUrl) ? [] : [fault], warnings: [] };
}

function isUsableUrl(text: string): boolean {
  try {
    // `tcp:` is not special to URL, which then checks neither the port nor the host.
    const url = new URL(text.replace(/^tcp:/, 'http:'));
    return decodeURIComponent(url.pathname) !== '';
  } catch {
    return false;
  }
}

function ruleOfTls({ docker }: Configuration): Verdict {
  const files = { ca_file: docker.caFile, cert_file: docker.certFile, key_file: docker.keyFile };
  const faults = Object.entries(files)
    .filter(([, path]) => path !== '' && !isReadable(path))
    .map(([key, path]) => `docker.${key} (APP_DOCKER_${key.toUpperCase()}): ${path} cannot be read`);
  if ((docker.certFile === '') !== (docker.keyFile === '')) {
    faults.push('docker.cert_file and docker.key_file: give both or neither');
  }
  return { faults, warnings: [] };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function ruleOfMounts({ sandbox }: Configuration): Verdict {
  const targets = [
    sandbox.chatMountPath,
    sandbox.volumeMountPath,
    sandbox.dependenciesMountPath,
    sandbox.lambdaToolsMountPath,
  ].map((path) => posix.normalize(path));
  const faults =
    new Set(targets).size === targets.length
      ? []
      : ['sandbox: the four mount paths (chat, volume, dependencies, lambda tools) must differ'];
  return { faults, warnings: [] };
}
