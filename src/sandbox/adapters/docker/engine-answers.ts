import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';

/*
 * An answer can arrive whole and still not be one, from a proxy in between or an engine that is going down. It says
 * nothing then, least of all that there are no containers.
 */
const fail = (what: string): never => {
  throw new SandboxRuntimeError('failed', `the engine's answer is not ${what}`);
};

const has = (value: unknown, fields: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  fields.every((field) => (value as Readonly<Record<string, unknown>>)[field] != null);

export const asText = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? value : fail('what was asked for');

export const asInspection = (value: ContainerInspectInfo): ContainerInspectInfo =>
  has(value, ['Id', 'Name', 'Config', 'State', 'HostConfig', 'NetworkSettings'])
    ? value
    : fail('the description of a container');

export function asListing(value: readonly ContainerInfo[]): readonly ContainerInfo[] {
  const isListing = (items: unknown): boolean =>
    Array.isArray(items) &&
    items.every((item) => has(item, ['Id', 'Names', 'Labels', 'State', 'HostConfig', 'NetworkSettings']));
  return isListing(value) ? value : fail('a list of containers');
}

export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : fail('a description');

/** A text that may be missing; empty then. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A list of texts that may be missing, or null as the engine writes an empty one. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
