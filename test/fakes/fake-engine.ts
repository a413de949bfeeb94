import type { ContainerState, SandboxClaim } from '../../src/sandbox/domain/container.js';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import { aClaim } from '../builders/containers.js';
import { minutesAgo } from '../builders/times.js';

/** A container as the engine has it, whoever made it. */
export interface FakeContainer {
  readonly containerId: string;
  readonly name: string;
  /** Null where its labels cannot be understood. */
  readonly claim: SandboxClaim | null;
  /** Whose it is; null: it bears no label of ours. */
  readonly instance: string | null;
  /** What it mounts as the chat's directory. */
  readonly chatHostPath: string;
  readonly network: string;
  /** Whose network it is in; null: one of its own. */
  readonly networkHolderId: string | null;
  state: ContainerState;
  ip: string | null;
  exitCode: number | null;
  output: string;
}

export interface FakeHolder {
  readonly holderId: string;
  readonly instance: string;
  readonly createdAt: Date;
  isTaken: boolean;
  state: ContainerState;
  ip: string | null;
}

const FIRST_HOST = 2;

/** The one engine that several runtimes may share: containers, networks, images, and what becomes of a start. */
export class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  readonly holders = new Map<string, FakeHolder>();
  readonly networks = new Set<string>();
  /** Networks that have no room for another container that runs. */
  readonly fullNetworks = new Set<string>();
  /** Directories that the host lacks. */
  readonly missingSources = new Set<string>();
  hasImage = true;
  /** Whether a holder goes when the container in its network does. */
  canRemoveHolders = true;
  /** What a started container does. */
  onStart: 'run' | 'exit' | 'run-without-address' = 'run';
  /** What a container writes as it starts. */
  output = '';
  private madeContainers = 0;
  private madeNetworks = 0;
  private madeHolders = 0;

  /** How many containers were ever made. */
  get containersEverMade(): number {
    return this.madeContainers;
  }

  get networksEverMade(): number {
    return this.madeNetworks;
  }

  get all(): FakeContainer[] {
    return [...this.containers.values()];
  }

  get running(): FakeContainer[] {
    return this.all.filter(({ state }) => state === 'running');
  }

  /** The container of that chat's name, whoever made it. */
  findByName(name: string): FakeContainer | undefined {
    return this.all.find((container) => container.name === name);
  }

  makeNetwork(name: string): void {
    if (this.networks.has(name)) return;
    this.networks.add(name);
    this.madeNetworks += 1;
  }

  /** Puts a container there without anybody's asking: running and ours, unless told otherwise. */
  place({
    claim: claimOverrides = {},
    ...overrides
  }: Partial<Omit<FakeContainer, 'claim'>> & { claim?: Partial<SandboxClaim> | null } = {}): FakeContainer {
    const claim = claimOverrides === null ? null : aClaim(claimOverrides);
    this.madeContainers += 1;
    const state = overrides.state ?? 'running';
    const instance = overrides.instance ?? 'default';
    const container: FakeContainer = {
      containerId: String(this.madeContainers).padStart(64, '0'),
      name: containerNameOf((claim ?? aClaim()).chatId, instance),
      claim,
      instance,
      chatHostPath: '/chats/placed',
      network: 'sandbox',
      networkHolderId: null,
      state,
      ip: state === 'running' && (overrides.networkHolderId ?? null) === null ? this.freeAddress() : null,
      exitCode: null,
      output: '',
      ...overrides,
    };
    this.containers.set(container.containerId, container);
    return container;
  }

  /** Puts a holder there: running, not taken and the usual instance's, unless told otherwise. */
  placeHolder(overrides: Partial<FakeHolder> = {}): FakeHolder {
    this.madeHolders += 1;
    const state = overrides.state ?? 'running';
    const holder: FakeHolder = {
      holderId: String(this.madeHolders).padStart(64, 'a'),
      instance: 'default',
      createdAt: minutesAgo(1),
      isTaken: false,
      state,
      ip: state === 'running' ? this.freeAddress() : null,
      ...overrides,
    };
    this.holders.set(holder.holderId, holder);
    return holder;
  }

  /** The address at which the container is reached. */
  addressOf({ ip, networkHolderId }: FakeContainer): string | null {
    return networkHolderId === null ? ip : (this.holders.get(networkHolderId)?.ip ?? null);
  }

  run(container: FakeContainer): void {
    container.output = this.output;
    container.state = this.onStart === 'exit' ? 'dead' : 'running';
    const isOwnNetwork = container.networkHolderId === null;
    container.ip = this.onStart === 'run' && isOwnNetwork ? this.freeAddress() : null;
    if (this.onStart === 'exit') this.end(container, 3);
  }

  /** Ends what runs in it; its address is free for the next one at once. */
  end(container: FakeContainer, exitCode = 137): void {
    Object.assign(container, { state: 'dead', ip: null, exitCode, output: 'last words' });
  }

  private freeAddress(): string {
    const taken = new Set([...this.all, ...this.holders.values()].map(({ ip }) => ip));
    let host = FIRST_HOST;
    while (taken.has(`172.18.0.${host}`)) host += 1;
    return `172.18.0.${host}`;
  }
}
