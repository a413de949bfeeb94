import type { TextRedaction } from '../../../observability/ports/redaction.js';

/** Characters of a container's output that go into one log record. */
const MAX_CHARACTERS = 4096;
/** As many are kept until secrets have been struck out: one that a cut goes through is not known any more. */
const MAX_RAW_CHARACTERS = 4 * MAX_CHARACTERS;
const HEADER_BYTES = 8;

/**
 * The end of what a container wrote, as text, at most 16,384 characters; secrets may be in it.
 * @param output the engine's multiplexed stream: frames of an 8-byte header, whose last four bytes are the length, and a
 * payload (Docker Engine API, "Attach to a container", stream format)
 */
export function outputText(output: Buffer): string {
  const payloads: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= output.length;) {
    const end = at + HEADER_BYTES + output.readUInt32BE(at + 4);
    payloads.push(output.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(payloads).toString('utf8').slice(-MAX_RAW_CHARACTERS);
}

/** The end of such a text as the log may have it: at most 4,096 characters, without secrets. */
export function loggable(text: string, redact: TextRedaction): string {
  const safe = redact(text);
  // So much was struck out that the raw text's own cut shows.
  if (text.length >= MAX_RAW_CHARACTERS && safe.length <= MAX_CHARACTERS) return safe.replace(/^\S+/, '');
  return safe.slice(-MAX_CHARACTERS);
}
