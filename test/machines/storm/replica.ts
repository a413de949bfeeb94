import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProxy } from '../../faults/engine-proxy.js';
import type { Fault } from '../../faults/fault.js';
import { type Answer, Service } from '../../support/service.js';
import { Api } from '../crash/api.js';

/** One process of the service, behind an engine that fails on request. */
export class Replica {
  readonly api: Api;
  isUp = true;

  private constructor(
    readonly service: Service,
    readonly proxy: EngineProxy,
  ) {
    this.api = new Api(service);
  }

  static async start(environment: Readonly<Record<string, string>>): Promise<Replica> {
    const proxy = new EngineProxy();
    await proxy.open();
    try {
      const service = await Service.start({ ...environment, APP_DOCKER_BASE_URL: proxy.url });
      return new Replica(service, proxy);
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }

  /** @returns null where it died before it answered, or is not there */
  async ask<T>(call: (service: Service) => Promise<Answer<T>>): Promise<Answer<T> | null> {
    const wasDying = this.api.isDying;
    try {
      return await call(this.service);
    } catch (error) {
      if (wasDying || this.api.isDying) return null;
      throw error;
    }
  }

  /** Kills it, leaves it dead for so long, and starts it again. */
  async kill(deadMs: number): Promise<void> {
    this.isUp = false;
    this.api.isDying = true;
    await this.service.end('SIGKILL');
    await sleep(deadMs);
    this.service.log.length = 0;
    this.service.lines.length = 0;
    await this.service.start();
    this.api.isDying = false;
    this.isUp = true;
  }

  /** Lets some calls of the engine fail for so long. */
  async trouble(fault: Fault, calls: number, ms: number): Promise<void> {
    this.proxy.inject(/./, fault, calls);
    await sleep(ms);
    this.proxy.heal();
    this.proxy.journal.length = 0;
  }

  async dispose(): Promise<void> {
    await this.service.dispose();
    await this.proxy.close();
  }
}
