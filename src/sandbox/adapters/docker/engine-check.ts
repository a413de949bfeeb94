import { realpath } from 'node:fs/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { DockerConfig } from '../../../config/sections.js';
import { untilDone } from '../../../kernel/until-done.js';
import { LOGGER, type Logger } from '../../../observability/ports/logger.js';
import { StartupReconciler } from '../schedule/startup-reconciler.js';
import { asRecord, asTexts, textOf } from './engine-answers.js';
import { EngineClient } from './engine-client.js';
import { type EngineFacts, engineHazards } from './engine-hazards.js';

/** Between two tries while the engine does not answer. */
const RETRY_MS = 10_000;

/**
 * Looks at the engine once after the start and warns of what is dangerous about it. It lets the reconcile go first: what
 * it asks takes the engine longer than a list of hundreds of containers.
 */
@Injectable()
export class EngineCheck implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly engine: EngineClient;
  private readonly stop = new AbortController();

  constructor(
    private readonly docker: DockerConfig,
    private readonly sandbox: SandboxConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly reconciler: StartupReconciler,
  ) {
    this.engine = new EngineClient(docker);
  }

  /** Not awaited: neither the start nor readiness depends on it. */
  onApplicationBootstrap(): void {
    void this.reconciler.whenDone.then(() => untilDone(() => this.isChecked(), RETRY_MS, this.stop.signal));
  }

  beforeApplicationShutdown(): void {
    this.stop.abort();
  }

  private async isChecked(): Promise<boolean> {
    try {
      await this.check();
      return true;
    } catch (error) {
      this.logger.debug('engine_check_failed', { err: error });
      return false;
    }
  }

  /** One warning a hazard. @throws SandboxRuntimeError when the engine does not answer */
  async check(): Promise<void> {
    for (const { code, message } of engineHazards(await this.readFacts())) {
      this.logger.warn('engine_hazard', { hazard: code, message });
    }
  }

  private async readFacts(): Promise<EngineFacts> {
    const version = asRecord(await this.engine.call((docker) => docker.version()));
    const info = asRecord(await this.engine.call((docker) => docker.info()));
    const { baseUrl, caFile, certFile } = this.docker;
    const socket = /^unix:\/\/(\/.+)$/.exec(baseUrl)?.[1];
    return {
      baseUrl,
      isTls: baseUrl.startsWith('https:') || caFile !== '' || certFile !== '',
      socketPaths: socket === undefined ? [] : await withCanonical([decodeURIComponent(socket)]),
      mountableRoots: await canonical([
        ...this.sandbox.volumeAllowedRoots,
        this.sandbox.chatsRoot,
        this.sandbox.dependenciesHostPath,
        this.sandbox.lambdaToolsHostPath,
      ]),
      engineVersion: textOf(version.Version),
      runcVersion: componentVersion(version.Components, 'runc'),
      runtime: this.sandbox.runtime || textOf(info.DefaultRuntime),
      securityOptions: asTexts(info.SecurityOptions),
      authorizationPlugins: asTexts(asRecord(info.Plugins ?? {}).Authorization),
    };
  }
}

/** @returns empty where the engine does not name the component, as Docker Desktop's and others' do */
function componentVersion(components: unknown, name: string): string {
  if (!Array.isArray(components)) return '';
  const found = components.map(asRecord).find((component) => component.Name === name);
  return textOf(found?.Version);
}

/** What is not there cannot lead elsewhere. */
const canonical = (paths: readonly string[]): Promise<string[]> =>
  Promise.all(paths.map((path) => realpath(path).catch(() => path)));

const withCanonical = async (paths: readonly string[]): Promise<string[]> => [
  ...new Set([...paths, ...(await canonical(paths))]),
];
