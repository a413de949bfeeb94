import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { asRecord, textOf } from './engine-answers.js';
import type { EngineClient } from './engine-client.js';
import { holderProgram, isHolderArchitecture } from './holder-program.js';

const REPOSITORY = 'sandbox-master/network-holder';
/** To be raised when the program changes: an image that is there is not looked into. */
const TAG = '1';
/** What an import of the image is asked for with. */
export const HOLDER_IMPORT = { repo: REPOSITORY, tag: TAG } as const;
export const HOLDER_IMAGE = `${REPOSITORY}:${TAG}`;
export const HOLDER_COMMAND = '/hold';

/**
 * Makes the holders' image from the program in this very source.
 * @throws SandboxRuntimeError, `refused` where there is no program for the engine's architecture
 */
export async function importHolderImage(engine: EngineClient): Promise<void> {
  const version = asRecord(await engine.call((docker) => docker.version()));
  const architecture = textOf(version.Arch);
  const archive = holderArchive(architecture);
  if (archive === null) {
    throw new SandboxRuntimeError(
      'refused',
      `there is no network holder for ${architecture || 'this engine'}`,
    );
  }
  await engine.call(async (docker) => {
    // A failure may stand in the answer's body; then the image is missing still, and the next call says so.
    await text(await docker.importImage(Readable.from([archive]), { ...HOLDER_IMPORT }));
  });
}

/**
 * What is imported: a tar archive of the one file.
 * @param architecture as the engine names it
 * @returns null where there is no program for it
 */
export const holderArchive = (architecture: string): Buffer | null =>
  isHolderArchitecture(architecture) ? archiveOf(HOLDER_COMMAND.slice(1), holderProgram(architecture)) : null;

const BLOCK_BYTES = 512;

/** A tar archive of one executable file: its header (POSIX ustar), its content, and two blocks of nothing. */
function archiveOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number): void => {
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, offset, 'latin1');
  };
  header.write(name, 'latin1');
  octal(0o755, 100, 7);
  octal(0, 108, 7); // owner
  octal(0, 116, 7); // group
  octal(content.length, 124, 11);
  octal(0, 136, 11); // time of the last change
  header.write('        0', 148, 'latin1'); // the sum, counted as spaces, and the type: a file
  header.write('ustar\x0000', 257, 'latin1');
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  const padding = Buffer.alloc(-content.length & (BLOCK_BYTES - 1));
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK_BYTES)]);
}
