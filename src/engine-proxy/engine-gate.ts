import type { IncomingMessage } from 'node:http';
import type { Configuration } from '../config/configuration.js';
import type { AllowedCall } from './allowed-calls.js';
import { inspectedContainer, managedNetworkId } from './container-owner.js';
import { allowedContainer, allowedNetwork, fieldOf } from './create-policy.js';
import type { EngineUpstream, UpstreamAnswer, UpstreamCall } from './engine-upstream.js';
import type { MountSources } from './mount-sources.js';
import { forbidden, Refusal } from './refusal.js';

/** What comes of an allowed call: a request that may go on, or an answer that is known already. */
export type Passage =
  | { readonly kind: 'go-on'; readonly call: UpstreamCall }
  | { readonly kind: 'answer'; readonly answer: UpstreamAnswer };

/** The body of the request, read only by those calls that have one. */
export type BodyReader = () => Promise<string>;

const goOn = (call: UpstreamCall): Passage => ({ kind: 'go-on', call });

/** Looks at what an allowed call is about: its body, or the container or network that it names. */
export class EngineGate {
  constructor(
    private readonly configuration: Pick<Configuration, 'app' | 'sandbox'>,
    private readonly upstream: EngineUpstream,
    private readonly mounts: MountSources,
  ) {}

  /** @throws Refusal */
  async pass(call: AllowedCall, readBody: BodyReader, signal: AbortSignal): Promise<Passage> {
    const { method, path, query } = call;
    switch (call.kind) {
      case 'plain':
      case 'stream':
        return goOn({ method, path, query });
      case 'create-container':
        return this.passContainer(call, parsed(await readBody()), signal);
      case 'create-network':
        return goOn({ method, path, body: this.networkBody(parsed(await readBody())) });
      case 'remove-network':
        return this.passNetworkRemoval(call, signal);
      case 'inspect':
      case 'start':
      case 'change':
        return this.passExisting(call, signal);
    }
  }

  private networkBody(given: unknown): unknown {
    const { app, sandbox } = this.configuration;
    const { networkName: name, networkIsolation: isIsolated, maxNetworks } = sandbox;
    return allowedNetwork(given, { name, instance: app.instance, isIsolated }, maxNetworks);
  }

  private async passContainer(call: AllowedCall, given: unknown, signal: AbortSignal): Promise<Passage> {
    const { app, sandbox } = this.configuration;
    const name = call.query.name ?? '';
    const { body, sources, volume } = allowedContainer(name, given, { instance: app.instance, sandbox });
    await this.mounts.assertCanonical(sources);
    await this.mounts.assertVolume(volume, await this.dataRoot(signal));
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
    const { id, isOurs, hasOurName, sources } = inspectedContainer(
      parsed(answer.text),
      this.configuration.app.instance,
    );
    if (!isOurs && !(call.kind === 'inspect' && hasOurName)) {
      throw forbidden(`${call.target} is no container of this service`);
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
    const id = managedNetworkId(parsed(answer.text), this.configuration.sandbox.networkName);
    return goOn({ method: call.method, path: `/networks/${id}` });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'the body is no JSON');
  }
}

/** What of the engine's answer the client gets. */
export const answerHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  headers['content-type'] === undefined ? {} : { 'Content-Type': headers['content-type'] };
