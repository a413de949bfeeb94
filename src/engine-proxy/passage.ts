import type { UpstreamAnswer, UpstreamCall } from './engine-upstream.js';

/** What comes of an allowed call: a request that may go on, or an answer that is known already. */
export type Passage =
  | { readonly kind: 'go-on'; readonly call: UpstreamCall }
  | { readonly kind: 'answer'; readonly answer: UpstreamAnswer };

export const goOn = (call: UpstreamCall): Passage => ({ kind: 'go-on', call });
