export const ID_GENERATOR = Symbol('IdGenerator');

export interface IdGenerator {
  /** A new random UUID in canonical form. */
  nextId(): string;
}
