import { SandboxNetworks } from '../../src/sandbox/adapters/docker/sandbox-networks.js';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import type { SandboxContainer } from '../../src/sandbox/domain/container.js';
import {
  type NewContainer,
  type RuntimeFailure,
  type SandboxRuntime,
  SandboxRuntimeError,
  type Survey,
} from '../../src/sandbox/ports/sandbox-runtime.js';
import type { NetworkHolder } from '../../src/sandbox/domain/network-holder.js';
import type { FakeContainer, FakeEngine } from './fake-engine.js';
import { Faults } from './faults.js';

const failed = (failure: RuntimeFailure): SandboxRuntimeError => new SandboxRuntimeError(failure, failure);

export interface FakeRuntimeOptions {
  readonly instance?: string;
  readonly networkName?: string;
  readonly timeoutMs?: number;
}

/** One instance's view of the engine, with failures on request. Keeps the contract of every SandboxRuntime. */
export class FakeSandboxRuntime implements SandboxRuntime {
  readonly faults: Faults;
  private readonly instance: string;
  private readonly networkName: string;
  private readonly networks: SandboxNetworks;
  private ready: string[] = [];

  constructor(
    readonly engine: FakeEngine,
    { instance = 'default', networkName = 'sandbox', timeoutMs = 2000 }: FakeRuntimeOptions = {},
  ) {
    this.instance = instance;
    this.networkName = networkName;
    this.networks = new SandboxNetworks(networkName, 16);
    this.faults = new Faults(timeoutMs);
  }

  makeNetwork(limitMs = Infinity): Promise<void> {
    return this.faults.call('makeNetwork', limitMs, () => {
      this.engine.makeNetwork(this.networkName);
    });
  }

  prepare(limitMs = Infinity): Promise<void> {
    return this.faults.call('prepare', limitMs, () => {
      this.engine.makeNetwork(this.networkName);
    });
  }

  /** Networks that this runtime, and no other, has ready. */
  fillPool(count: number): void {
    for (let made = 0; made < count; made += 1) {
      this.ready.push(this.engine.placeHolder({ instance: this.instance }).holderId);
    }
  }

  create({ claim, chatHostPath, ownNetwork }: NewContainer, limitMs = Infinity): Promise<string> {
    return this.faults.call('create', limitMs, () => {
      const name = containerNameOf(claim.chatId, this.instance);
      if (!this.engine.hasImage) throw failed('image-missing');
      if (this.engine.findByName(name) !== undefined) throw failed('name-taken');
      const sources = [chatHostPath, claim.volumeHostPath];
      if (sources.some((path) => this.engine.missingSources.has(path))) throw failed('mount-source-missing');
      const network = this.networks.current();
      if (network === null) throw failed('network-full');
      if (network !== this.networkName) this.engine.makeNetwork(network);
      const { instance } = this;
      const networkHolderId = ownNetwork === true ? null : this.takeNetwork();
      return this.engine.place({
        name,
        instance,
        claim,
        chatHostPath,
        network,
        networkHolderId,
        state: 'created',
      }).containerId;
    });
  }

  start(containerId: string, limitMs = Infinity): Promise<void> {
    return this.faults.call('start', limitMs, () => {
      const container = this.engine.containers.get(containerId);
      if (container === undefined) throw failed('no-such-container');
      if (container.state === 'running') return;
      if (container.state === 'removing') throw failed('refused');
      if (!this.engine.networks.has(container.network)) throw failed('network-missing');
      if (container.networkHolderId === null && this.engine.fullNetworks.has(container.network)) {
        this.networks.noteFull(container.network);
        throw failed('network-full');
      }
      this.join(container);
      this.engine.run(container);
    });
  }

  private takeNetwork(): string | null {
    this.ready = this.ready.filter((id) => this.engine.holders.get(id)?.state === 'running');
    return this.ready.shift() ?? null;
  }

  private join({ networkHolderId }: FakeContainer): void {
    if (networkHolderId === null) return;
    const holder = this.engine.holders.get(networkHolderId);
    if (holder?.state !== 'running') throw failed('network-holder-lost');
    holder.isTaken = true;
  }

  stop(containerId: string, graceSeconds: number, limitMs = Infinity): Promise<void> {
    const stop = (): void => {
      const container = this.engine.containers.get(containerId);
      if (container?.state === 'running') this.engine.end(container, 143);
    };
    return this.faults.call('stop', limitMs, stop, graceSeconds * 1000);
  }

  remove(containerId: string, limitMs = Infinity): Promise<boolean> {
    return this.faults.call('remove', limitMs, () => {
      const container = this.engine.containers.get(containerId);
      if (container?.state === 'removing') return true;
      const holderId = container?.networkHolderId ?? null;
      if (holderId !== null && this.engine.canRemoveHolders) this.engine.holders.delete(holderId);
      return this.engine.containers.delete(containerId);
    });
  }

  removeHolder(holderId: string, limitMs = Infinity): Promise<boolean> {
    return this.faults.call('removeHolder', limitMs, () => this.engine.holders.delete(holderId));
  }

  find(containerId: string, limitMs = Infinity): Promise<SandboxContainer | null> {
    return this.faults.call('find', limitMs, () => this.view(this.engine.containers.get(containerId)));
  }

  findByChat(chatId: string, limitMs = Infinity): Promise<SandboxContainer | null> {
    const name = containerNameOf(chatId, this.instance);
    return this.faults.call('findByChat', limitMs, () => this.view(this.engine.findByName(name)));
  }

  async list(limitMs = Infinity): Promise<SandboxContainer[]> {
    return [...(await this.survey(limitMs)).containers];
  }

  survey(limitMs = Infinity): Promise<Survey> {
    return this.faults.call('list', limitMs, () => ({
      containers: this.engine.all
        .map((container) => this.view(container))
        .filter((container) => container !== null)
        .filter(({ ownership }) => ownership !== 'foreign')
        .map((container) => ({ ...container, exitCode: null })),
      holders: this.holders(),
    }));
  }

  private holders(): NetworkHolder[] {
    const referenced = new Set(this.engine.all.map(({ networkHolderId }) => networkHolderId));
    return [...this.engine.holders.values()]
      .filter(({ instance }) => instance === this.instance)
      .map(({ holderId, isTaken, state, createdAt }) => ({
        holderId,
        isTaken,
        isReferenced: referenced.has(holderId),
        state,
        createdAt,
      }));
  }

  readOutput(containerId: string, limitMs = Infinity): Promise<string> {
    return this.faults.call('readOutput', limitMs, () => {
      const container = this.engine.containers.get(containerId);
      if (container === undefined) throw failed('no-such-container');
      return container.output;
    });
  }

  ping(limitMs = Infinity): Promise<void> {
    return this.faults.call('ping', limitMs, () => undefined);
  }

  dataDirectories(): readonly string[] {
    return ['/var/lib/fake-engine'];
  }

  /** A container as a look shows it, without the asking. */
  asSeen(containerId: string): SandboxContainer | null {
    return this.view(this.engine.containers.get(containerId));
  }

  private view(container: FakeContainer | undefined): SandboxContainer | null {
    if (container === undefined) return null;
    const { containerId, name, networkHolderId, state, exitCode } = container;
    const isOwned = container.instance === this.instance;
    const claim = isOwned ? container.claim : null;
    return {
      containerId,
      ownership: claim !== null ? 'ours' : isOwned ? 'unreadable' : 'foreign',
      hasChatName: claim !== null && name === containerNameOf(claim.chatId, this.instance),
      state,
      ip: this.engine.addressOf(container),
      networkHolderId,
      exitCode,
      claim,
    };
  }
}
