import { mkdir } from 'node:fs/promises';
import { type Engine } from '#engine';
import { type EngineCall } from '#engine-recorder';
import { type Service } from '#service';

/** One of the two that are compared. Only create and delete are timed. */
export interface Side {
  /** Opens connections. */
  warm(connections: number): Promise<void>;
  /** What the side may take for granted. */
  prepare(chatId: string): Promise<void>;
  create(chatId: string): Promise<void>;
  delete(chatId: string): Promise<void>;
  /** The same outside the timed part, as fast as may be. */
  discard(chatId: string): Promise<void>;
}

export class ServiceSide implements Side {
  protected readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  warm(connections: number): Promise<void> {
    return this.service.http.warm(connections, '/livez');
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async create(chatId: string): Promise<void> {
    await this.service.create(chatId);
  }

  delete(chatId: string): Promise<void> {
    return this.service.delete(chatId);
  }

  discard(chatId: string): Promise<void> {
    return this.delete(chatId);
  }
}

/** A container that the service asked the engine for, so that the floor asks for the very same. */
export interface Sample {
  readonly chatId: string;
  readonly chatDirectory: string;
  readonly request: EngineCall;
}

/** What the service itself does within a create. */
export async function makeChatDirectory(
  { chatId: sampled, chatDirectory }: Sample,
  chatId: string,
): Promise<void> {
  await mkdir(chatDirectory.replaceAll(sampled, chatId), { recursive: true });
}

/** The floor: what any client must do to get the same container and its address. */
export class EngineSide implements Side {
  private readonly engine: Engine;
  private readonly sample: Sample;
  private readonly network: string;
  private readonly containerIds = new Map<string, string>();

  constructor(engine: Engine, sample: Sample, network: string) {
    this.engine = engine;
    this.sample = sample;
    this.network = network;
  }

  warm(connections: number): Promise<void> {
    return this.engine.http.warm(connections, '/_ping');
  }

  prepare(chatId: string): Promise<void> {
    return makeChatDirectory(this.sample, chatId);
  }

  async create(chatId: string): Promise<void> {
    const found = await this.engine.inspect(await this.start(chatId));
    const address = found.NetworkSettings.Networks[this.network]?.IPAddress ?? '';
    if (found.State.Status !== 'running' || address === '') throw new Error(`no container of ${chatId} runs`);
  }

  /** The same without a look at what has become of it. @returns the container's id */
  async start(chatId: string): Promise<string> {
    const { path, body } = this.sample.request;
    const [url, spec] = [path, body].map((text) => text.replaceAll(this.sample.chatId, chatId));
    const created = await this.engine.http.expect(201, 'POST', url ?? '', spec);
    const { Id: id } = JSON.parse(created) as { Id: string };
    await this.engine.http.expect(204, 'POST', `/containers/${id}/start`);
    this.containerIds.set(chatId, id);
    return id;
  }

  async delete(chatId: string): Promise<void> {
    const id = this.containerIds.get(chatId);
    if (id === undefined) throw new Error(`no container of ${chatId}`);
    await this.engine.remove(id);
    this.containerIds.delete(chatId);
  }

  discard(chatId: string): Promise<void> {
    return this.delete(chatId);
  }
}
