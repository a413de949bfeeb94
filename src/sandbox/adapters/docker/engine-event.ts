import { asRecord, textOf } from './engine-answers.js';

/** Which events are asked for; to the letter what the engine proxy lets through. */
export const EVENT_FILTERS = JSON.stringify({ type: ['container', 'network'] });

/** One event of the engine's stream, as far as it is read. */
export interface EngineEvent {
  /** `container` or `network`, as we ask for. */
  readonly type: string;
  readonly action: string;
  /** The container or network that it is about. */
  readonly subject: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What of our knowledge an event puts an end to: that of one container, of all, or nothing. */
export type Outdated = { readonly containerId: string } | 'all' | 'nothing';

/** @throws Error when the line is no event */
export function readEvent(line: string): EngineEvent {
  const { Type, Action, Actor } = asRecord(JSON.parse(line));
  const { ID, Attributes } = asRecord(Actor);
  const event = { type: textOf(Type), action: textOf(Action), subject: textOf(ID) };
  if (event.type === '' || event.action === '') throw new Error('an event without type or action');
  return { ...event, attributes: asRecord(Attributes ?? {}) };
}

/** Container events that change neither its state nor its address. Unknown ones are taken for such as do. */
const HARMLESS =
  /^(resize|rename|top|attach|detach|export|archive-path|extract-to-dir|copy|(exec_\w+|health_status)(:.*)?)$/s;

export function outdatedBy({ type, action, subject, attributes }: EngineEvent): Outdated {
  if (type === 'container') return HARMLESS.test(action) ? 'nothing' : { containerId: subject };
  if (type !== 'network') return 'all';
  const containerId = textOf(attributes.container);
  if (containerId !== '') return { containerId };
  return action === 'create' ? 'nothing' : 'all';
}
