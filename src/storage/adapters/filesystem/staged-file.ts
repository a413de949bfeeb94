import { fstatSync } from 'node:fs';
import { type FileHandle, lutimes, unlink } from 'node:fs/promises';
import type { ContentFacts, OpenContent } from '../../domain/content.js';
import type { StagedContent } from '../../ports/staging-area.js';
import { ChunkWriter } from './chunk-writer.js';
import { toContentFacts } from './content-facts.js';
import { translated } from './disk-errors.js';
import { readFrom } from './local-file.js';

/** For whatever user the sandbox has. */
const OPEN_FILE = 0o666;

/**
 * How often a file is touched until it has got its name: those that cannot ask after this process see by it that it lives.
 * The client may send so slowly that nothing is written for minutes, and what is whole may wait for its turn.
 */
const TOUCH_MS = 30_000;

/** A file beside the chats. What gives it its name takes this one away, so whatever still bears it has got none. */
export class StagedFile implements StagedContent {
  private size = 0;
  private readonly touching: NodeJS.Timeout;

  /** @param letGo called once, when nobody will give it a name any more */
  constructor(
    readonly stagedName: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    readonly identity: string,
    private readonly letGo: () => void,
    touchMs = TOUCH_MS,
  ) {
    this.touching = setInterval(() => void this.touch(), touchMs).unref();
  }

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

  /** By its name here, which it loses when it gets the other one: its version is told to clients from then on. */
  private async touch(): Promise<void> {
    const now = new Date();
    // What keeps a file from being touched keeps it from being written, or has passed by the next time.
    await lutimes(this.path, now, now).catch(() => null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.touching);
    // What fails here leaves a file that is abandoned once it is let go of: whoever looks for such will remove it.
    await this.handle.close().catch(() => null);
    await unlink(this.path).catch(() => null);
    this.letGo();
  }
}
