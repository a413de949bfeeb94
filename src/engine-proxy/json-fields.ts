import { Refusal } from './refusal.js';

/** @throws Refusal (400) */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'the body is no JSON');
  }
}

/** A field of a mapping, as it stands there; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  const isMapping = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isMapping ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** A mapping of texts to texts, or null where it is none. */
export function textsOf(value: unknown): Readonly<Record<string, string>> | null {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || !Object.values(value).every((item) => typeof item === 'string')) return null;
  return value as Readonly<Record<string, string>>;
}
