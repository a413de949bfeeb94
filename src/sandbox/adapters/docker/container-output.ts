/** Characters of a container's output that go into one log record. */
const MAX_CHARACTERS = 4096;
const HEADER_BYTES = 8;

/**
 * The end of what a container wrote, as text.
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
  return Buffer.concat(payloads).toString('utf8').slice(-MAX_CHARACTERS);
}
