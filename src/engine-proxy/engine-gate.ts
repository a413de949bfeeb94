import type { IncomingMessage } from 'node:http';
import type { Configuration } from '../config/configuration.js';
import type { AllowedCall } from './allowed-calls.js';
import { inspectedContainer, managedNetworkId } from './container-owner.js';
import { allowedContainer, allowedNetwork, type CreateTerms } from './create-policy.js';
import type { EngineUpstream } from './engine-upstream.js';
import { HolderGate } from './holder-gate.js';
import { isMeantAsHolder } from './holder-policy.js';
import { fieldOf, parsed } from './json-fields.js';
import type { MountSources } from './mount-sources.js';
import { goOn, type Passage } from './passage.js';
import { forbidden, Refusal } from './refusal.js';

/** The body of the request, read only by those calls that have one. */
export type BodyReader = () => Promise<string>;

/** Looks at what an allowed call is about: its body, or the container or network that it names. */
export class EngineGate {
  private readonly terms: CreateTerms;
  private readonly holders: HolderGate;

  constructor(
    { app, sandbox }: Pick<Configuration, 'app' | 'sandbox'>,
    private readonly upstream: EngineUpstream,
    private readonly mounts: MountSources,
  ) {
    this.terms = { instance: app.instance, sandbox };
    this.holders = new HolderGate(this.terms, upstream);
  }

  /** @throws Refusal */
  async pass(call: AllowedCall, readBody: BodyReader, signal: AbortSignal): Promise<Passage> {
    const { method, path, query } = call;
    switch (call.kind) {
      case 'plain':
      case 'stream':
        return goOn({ method, path, query });
      case 'create-container':
        return this.passCreate(call, parsed(await readBody()), signal);
      case 'create-network':
        return goOn({ method, path, body: this.networkBody(parsed(await readBody())) });
      case 'remove-network':
        return this.passNetworkRemoval(call, signal);
      case 'inspect':
      case 'start':
      case 'change':
      case 'pause':
      case 'attach':
        return this.passExisting(call, signal);
      case 'import-image':
        return this.holders.passImport(call, signal);
    }
  }

  private networkBody(given: unknown): unknown {
    const { instance, sandbox } = this.terms;
    const { networkName: name, networkIsolation: isIsolated, maxNetworks } = sandbox;
    return allowedNetwork(given, { name, instance, isIsolated }, maxNetworks);
  }

  private passCreate(call: AllowedCall, given: unknown, signal: AbortSignal): Promise<Passage> | Passage {
    return isMeantAsHolder(given, this.terms)
      ? this.holders.passCreate(call, given)
      : this.passContainer(call, given, signal);
  }

  private async passContainer(call: AllowedCall, given: unknown, signal: AbortSignal): Promise<Passage> {
    const { body, sources, volume, holderId } = allowedContainer(call.query.name ?? '', given, this.terms);
    await this.mounts.assertCanonical(sources);
    await this.mounts.assertVolume(volume, await this.dataRoot(signal));
    const obstacle = holderId === null ? null : await this.holders.obstacleIn(holderId, signal);
    if (obstacle !== null) return { kind: 'answer', answer: obstacle };
    return goOn({ method: call.method, path: call.path, query: call.query, body });
  }

  /** Asked each time: the engine may be another one by now, and the question is a cheap one. */
  private async dataRoot(signal: AbortSignal): Promise<string> {
    const { status, text } = await this.upstream.ask({ method: 'GET', path: '/info' }, signal);
    const dataRoot = status === 200 ? fieldOf(parsed(text), 'DockerRootDir') : undefined;
    if (typeof dataRoot === 'string' && dataRoot !== '') return dataRoot;
    throw new Refusal(502, 'the engine does not say where its data lies');
  }

  private async passExisting(call: AllowedCall, signal: AbortSignal): Promise<Passage> {
    const path = `/containers/${call.target}/json`;
    const answer = await this.upstream.ask({ method: 'GET', path }, signal);
    if (answer.status !== 200) return { kind: 'answer', answer };
    const found = inspectedContainer(parsed(answer.text), this.terms.instance);
    const { id, isOurs, isHolder, hasOurName, sources } = found;
    if (!isOurs && !(call.kind === 'inspect' && hasOurName)) {
      throw forbidden(`${call.target} is no container of this service`);
    }
    if ((call.kind === 'pause' || call.kind === 'attach') && !isHolder) {
      throw forbidden(`${call.target} is no network holder of this service`);
    }
    if (call.kind === 'inspect') return { kind: 'answer', answer };
    if (call.kind === 'start') await this.mounts.assertCanonical(sources);
    // By its id: the name may be another container's by now.
    const own = call.path.replace(`/containers/${call.target}`, `/containers/${id}`);
    return goOn({ method: call.method, path: own, query: call.query });
  }

  private async passNetworkRemoval(call: AllowedCall, signal: AbortSignal): Promise<Passage> {
    const answer = await this.upstream.ask({ method: 'GET', path: call.path }, signal);
    if (answer.status !== 200) return { kind: 'answer', answer };
    const id = managedNetworkId(parsed(answer.text), this.terms.sandbox.networkName);
    return goOn({ method: call.method, path: `/networks/${id}` });
  }
}

/** What of the engine's answer the client gets. */
export const answerHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  headers['content-type'] === undefined ? {} : { 'Content-Type': headers['content-type'] };
