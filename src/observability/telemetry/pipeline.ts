/** One signal on its way out of the process. */
export interface Pipeline {
  /** Sends what is left, and stops. */
  shutdown(): Promise<void>;
}
