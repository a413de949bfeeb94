import { holderArchive } from '../sandbox/adapters/docker/holder-image.js';
import type { AllowedCall } from './allowed-calls.js';
import { inspectedContainer } from './container-owner.js';
import type { CreateTerms } from './create-policy.js';
import type { EngineUpstream, UpstreamAnswer } from './engine-upstream.js';
import { allowedHolder } from './holder-policy.js';
import { fieldOf, parsed } from './json-fields.js';
import { goOn, type Passage } from './passage.js';
import { forbidden, Refusal } from './refusal.js';

/** Looks at what makes network holders and sandboxes in their networks. */
export class HolderGate {
  constructor(
    private readonly terms: CreateTerms,
    private readonly upstream: Pick<EngineUpstream, 'ask'>,
  ) {}

  /** @throws Refusal */
  passCreate({ method, path, query }: AllowedCall, given: unknown): Passage {
    return goOn({ method, path, query, body: allowedHolder(query.name ?? '', given, this.terms) });
  }

  /**
   * The image is made from the program in this very source, whatever the client has sent.
   * @throws Refusal
   */
  async passImport({ method, path, query }: AllowedCall, signal: AbortSignal): Promise<Passage> {
    const { status, text } = await this.upstream.ask({ method: 'GET', path: '/version' }, signal);
    const architecture = status === 200 ? fieldOf(parsed(text), 'Arch') : undefined;
    const body = typeof architecture === 'string' ? holderArchive(architecture) : null;
    if (body === null) throw new Refusal(502, 'there is no network holder for this engine');
    return goOn({ method, path, query, body });
  }

  /**
   * Whether a sandbox may be made in this network. Of a holder that has ended the client is told as the engine would tell
   * it, so that it can do without.
   * @param holderId the whole id, so that it is no name that another container could take later
   * @returns null where it may; else the answer
   * @throws Refusal where it is no holder of this instance
   */
  async obstacleIn(holderId: string, signal: AbortSignal): Promise<UpstreamAnswer | null> {
    const answer = await this.upstream.ask({ method: 'GET', path: `/containers/${holderId}/json` }, signal);
    if (answer.status !== 200) return answer;
    const { id, isHolder, status } = inspectedContainer(parsed(answer.text), this.terms.instance);
    if (id !== holderId || !isHolder) throw forbidden(`${holderId} is no network holder of this service`);
    if (status === 'running') return null;
    const message = `cannot join network of a non running container: ${holderId}`;
    return { status: 409, text: JSON.stringify({ message }) };
  }
}
