/** What the first version is told as its argument, in JSON. */
export interface FirstVersionSettings {
  readonly engineSocket: string;
  readonly instance: string;
  readonly network: string;
  readonly image: string;
  readonly chatsRoot: string;
  /** Limits and the like in the engine's own words, over its own. */
  readonly hostConfig: Readonly<Record<string, unknown>>;
}
