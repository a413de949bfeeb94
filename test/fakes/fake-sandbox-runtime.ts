import { SandboxNetworks } from '../../src/sandbox/adapters/docker/sandbox-networks.js';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import type { SandboxContainer } from '../../src/sandbox/domain/container.js';
import {
  type NewContainer,
  type RuntimeFailure,
  type SandboxRuntime,
  SandboxRuntimeError,
} from '../../src/sandbox/ports/sandbox-runtime.js';
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

  create({ claim, chatHostPath }: NewContainer, limitMs = Infinity): Promise<string> {
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
      return this.engine.place({ name, instance, claim, chatHostPath, network, state: 'created' })
        .containerId;
    });
  }

  start(containerId: string, limitMs = Infinity): Promise<void> {
    return this.faults.call('start', limitMs, () => {
      const container = this.engine.containers.get(containerId);
      if (container === undefined) throw failed('no-such-container');
      if (container.state === 'running') return;
      if (container.state === 'removing') throw failed('refused');
      if (!this.engine.networks.has(container.network)) throw failed('network-missing');
      if (this.engine.fullNetworks.has(container.network)) {
        this.networks.noteFull(container.network);
        throw failed('network-full');
      }
      this.engine.run(container);
    });
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
      if (this.engine.containers.get(containerId)?.state === 'removing') return true;
      return this.engine.containers.delete(containerId);
    });
  }

  find(containerId: string, limitMs = Infinity): Promise<SandboxContainer | null> {
    return this.faults.call('find', limitMs, () => this.view(this.engine.containers.get(containerId)));
  }

  findByChat(chatId: string, limitMs = Infinity): Promise<SandboxContainer | null> {
    const name = containerNameOf(chatId, this.instance);
    return this.faults.call('findByChat', limitMs, () => this.view(this.engine.findByName(name)));
  }

  list(limitMs = Infinity): Promise<SandboxContainer[]> {
    return this.faults.call('list', limitMs, () =>
      this.engine.all
        .map((container) => this.view(container))
        .filter((container) => container !== null)
        .filter(({ ownership }) => ownership !== 'foreign')
        .map((container) => ({ ...container, exitCode: null })),
    );
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
    const { containerId, name, state, ip, exitCode } = container;
    const isOwned = container.instance === this.instance;
    const claim = isOwned ? container.claim : null;
    return {
      containerId,
      ownership: claim !== null ? 'ours' : isOwned ? 'unreadable' : 'foreign',
      hasChatName: claim !== null && name === containerNameOf(claim.chatId, this.instance),
      state,
      ip,
      exitCode,
      claim,
    };
  }
}
