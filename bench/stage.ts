import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_IMAGE, ensureAgentImage } from '#agent-image';
import { type Cleanups } from '#cleanups';
import { DEFAULT_ENGINE_URL, Engine, socketOf } from '#engine';
import { poolOf } from '#network-pool';

/** Where one part takes place: its own instance, network and directories, all of them gone at the end. */
export interface Stage {
  /** Also the network's name. */
  readonly instance: string;
  readonly engine: Engine;
  readonly engineSocket: string;
  readonly directory: string;
  readonly volume: string;
  readonly chatsRoot: string;
  /** What the service is configured with, but for its port and its engine. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cleanups: Cleanups;
  /** Set by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** @param variables `NAME=value`, for the service, over those of the stage */
export async function setStage(
  cleanups: Cleanups,
  signal: AbortSignal,
  variables: readonly string[],
): Promise<Stage> {
  const engineSocket = socketOf(process.env.APP_DOCKER_BASE_URL ?? DEFAULT_ENGINE_URL);
  const engine = new Engine(engineSocket);
  const instance = `bench-${randomBytes(4).toString('hex')}`;
  const directory = await mkdtemp(join(tmpdir(), `${instance}-`));
  cleanups.add('connections', () => {
    engine.http.close();
    return Promise.resolve();
  });
  cleanups.add('directory', () => rm(directory, { recursive: true, force: true }));
  cleanups.add('network', () => engine.removeNetwork(instance));
  cleanups.add('containers', () => engine.removeAllOf(instance));
  await ensureAgentImage(engine, engineSocket);
  const volume = join(directory, 'volume');
  await mkdir(volume);
  await chmod(volume, 0o777);
  const chatsRoot = join(directory, 'chats');
  const environment = { ...environmentOf(instance, directory, chatsRoot), ...parseVariables(variables) };
  return { instance, engine, engineSocket, directory, volume, chatsRoot, environment, cleanups, signal };
}

function environmentOf(instance: string, directory: string, chatsRoot: string): Record<string, string> {
  return {
    APP_INSTANCE: instance,
    APP_SANDBOX_NETWORK_NAME: instance,
    APP_SANDBOX_IMAGE: AGENT_IMAGE,
    // Only where it is what is measured.
    ...poolOf(0),
    // Nothing ends and nothing is swept while the clock runs.
    APP_SANDBOX_TTL_SECONDS: '7200',
    APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '7200',
    APP_SANDBOX_CHATS_ROOT: chatsRoot,
    APP_SANDBOX_DEPENDENCIES_HOST_PATH: join(directory, 'dependencies'),
    APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: join(directory, 'lambda-tools'),
    APP_SANDBOX_VOLUME_ALLOWED_ROOTS: directory,
    APP_STORAGE_DATABASE_URL: `sqlite:${join(directory, 'database', 'bench.db')}`,
  };
}

function parseVariables(variables: readonly string[]): Record<string, string> {
  const entries = variables.map((variable) => {
    const [name = '', ...value] = variable.split('=');
    if (name === '' || value.length === 0) throw new Error(`--env takes NAME=value, not ${variable}`);
    return [name, value.join('=')] as const;
  });
  return Object.fromEntries(entries);
}
