/** A request that does not go on to the engine. `message` tells the client, and the log, why. */
export class Refusal extends Error {
  /** @param status 403 for what is not allowed; 400, 413, 502 and 504 for what cannot be carried out */
  constructor(
    readonly status: 400 | 403 | 413 | 502 | 504,
    message: string,
  ) {
    super(message);
  }
}

/** Refuses for good: nothing of the kind is ever let through. */
export const forbidden = (message: string): Refusal =>
  new Refusal(403, `the engine proxy refuses: ${message}`);
