import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Fault } from './fault.js';

/** What the engine tells of one container, in an inspection or a list. */
interface ToldContainer {
  readonly Id: string;
  State?: string | { Status: string; Running: boolean };
  NetworkSettings?: { Networks: Record<string, { IPAddress: string }> };
}

export type Rewriting = (container: ToldContainer) => void;

const IS_ABOUT_CONTAINERS = /^GET \/containers\/(?:json|[^/]+\/json)$/;

/** What is to be told of containers otherwise than the engine does; null: nothing. */
export function rewritingOf(
  call: string,
  fault: Fault | null,
  removing: ReadonlySet<string>,
): Rewriting | null {
  if (!IS_ABOUT_CONTAINERS.test(call)) return null;
  if (fault === 'blank-address') return blankAddress;
  if (fault !== null || removing.size === 0) return null;
  return (container) => {
    if (removing.has(container.Id)) tellRemoval(container);
  };
}

function blankAddress({ NetworkSettings }: ToldContainer): void {
  for (const network of Object.values(NetworkSettings?.Networks ?? {})) network.IPAddress = '';
}

function tellRemoval(container: ToldContainer): void {
  if (typeof container.State === 'object') {
    container.State.Status = 'removing';
    container.State.Running = false;
  } else container.State = 'removing';
}

/** How the engine refuses what comes to a container that it is removing; null: it does not. */
export function refusalOf(call: string, removing: ReadonlySet<string>): string | null {
  const [, verb = '', id = '', action = ''] =
    /^(DELETE|POST) \/containers\/([0-9a-f]{64})(?:\/(start|stop))?$/.exec(call) ?? [];
  if (!removing.has(id)) return null;
  if (verb === 'DELETE') return `removal of container ${id} is already in progress`;
  return action === 'start' ? 'container is marked for removal and cannot be started' : null;
}

/** Sends the answer on, with what it tells of containers rewritten. */
export async function rewritten(
  response: IncomingMessage,
  answer: ServerResponse,
  rewrite: Rewriting,
): Promise<void> {
  const told = await json(response);
  if (response.statusCode === 200)
    for (const container of Array.isArray(told) ? told : [told]) rewrite(container as ToldContainer);
  const body = Buffer.from(JSON.stringify(told));
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  answer.writeHead(response.statusCode ?? 502, headers).end(body);
}
