import { fstatSync } from 'node:fs';
import { type FileHandle, unlink } from 'node:fs/promises';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { ChunkWriter } from './chunk-writer.js';
import { toContentFacts } from './content-facts.js';
import { translated } from './disk-errors.js';
import { readFrom } from './local-file.js';

/** For whatever user the sandbox has. */
const OPEN_FILE = 0o666;

/** A file beside the chats. What gives it its name takes this one away, so whatever still bears it has got none. */
export class StagedFile implements StagedContent {
  private size = 0;

  /** @param letGo called once, when nobody will give it a name any more */
  constructor(
    readonly stagedName: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    readonly identity: string,
    private readonly letGo: () => void,
  ) {}

  write(source: AsyncIterable<Uint8Array>): Promise<void> {
    return translated(async () => {
      this.size = await new ChunkWriter(this.handle, this.size).writeAll(source);
    });
  }

  append(content: OpenContent): Promise<void> {
    return this.write(content.read(0, content.facts.sizeBytes - 1));
  }

  readBack(): OpenContent {
    const { handle } = this;
    return {
      // At once: the system knows it without asking the disk.
      facts: toContentFacts(fstatSync(handle.fd, { bigint: true })),
      read: (start, end) => readFrom(handle, start, end),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  seal(): Promise<ContentFacts> {
    return translated(async () => {
      await this.handle.chmod(OPEN_FILE);
      await this.handle.sync();
      return toContentFacts(await this.handle.stat({ bigint: true }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What fails here leaves a file that is abandoned once it is let go of: whoever looks for such will remove it.
    await this.handle.close().catch(() => null);
    await unlink(this.path).catch(() => null);
    this.letGo();
  }
}
