import { join } from 'node:path';
import { AGENT_IMAGE } from '#agent-image';
import { Child } from '#child';
import { type Engine } from '#engine';
import { HttpClient } from '#http-client';
import { type FirstVersionSettings } from '#peers/first-version-settings';
import { type Side } from '#sides';
import { type Stage } from '#stage';

const SCRIPT = join(import.meta.dirname, 'first-version.ts');

/** The first version as a process of its own. */
export class FirstVersionSide implements Side {
  private readonly child: Child;
  private readonly http: HttpClient;
  private readonly engine: Engine;
  private readonly volume: string;
  private readonly containerIds = new Map<string, string>();

  private constructor(child: Child, port: number, { engine, volume }: Stage) {
    this.child = child;
    this.http = new HttpClient({ host: '127.0.0.1', port });
    this.engine = engine;
    this.volume = volume;
  }

  /**
   * Resolves once it has found again what runs.
   * @param engineSocket the engine's, or a recorder's
   * @param hostConfig what its containers are to have in common with the service's; nothing: as a first version has them
   */
  static async start(
    stage: Stage,
    engineSocket: string,
    hostConfig: Readonly<Record<string, unknown>> = {},
  ): Promise<FirstVersionSide> {
    const { instance, chatsRoot } = stage;
    const settings: FirstVersionSettings = {
      engineSocket,
      instance,
      network: instance,
      image: AGENT_IMAGE,
      chatsRoot: join(chatsRoot, 'first-version'),
      hostConfig,
    };
    const child = new Child(SCRIPT, [JSON.stringify(settings)], process.env);
    stage.cleanups.add('first version', () => child.stop());
    return new FirstVersionSide(child, await child.port(), stage);
  }

  warm(connections: number): Promise<void> {
    return this.http.warm(connections, '/');
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async create(chatId: string): Promise<void> {
    const request = { chat_id: chatId, agent_id: 'bench', volume_host_path: this.volume };
    const answer = await this.http.expect(200, 'POST', '/create', JSON.stringify(request));
    const { container_id: id } = JSON.parse(answer) as { container_id: string };
    this.containerIds.set(chatId, id);
  }

  async delete(chatId: string): Promise<void> {
    await this.http.expect(200, 'DELETE', `/sandboxes/${chatId}`);
    this.containerIds.delete(chatId);
  }

  /** Not by the route, whose stop takes its whole grace. */
  async discard(chatId: string): Promise<void> {
    await this.engine.remove(this.containerIds.get(chatId) ?? '');
    this.containerIds.delete(chatId);
  }

  async stop(): Promise<void> {
    this.http.close();
    await this.child.stop();
  }
}
