import { text } from 'node:stream/consumers';
import type { OpenContent } from '../../src/storage/domain/content.js';
import type { AttachmentContent } from '../../src/storage/ports/attachment-content.js';
import type { HistoryContent } from '../../src/storage/ports/history-content.js';
import type { StagedContent, StagingArea } from '../../src/storage/ports/staging-area.js';
import type { WorkspaceUsageReader } from '../../src/storage/ports/workspace-usage-reader.js';

export const OBSTACLES = ['symlink', 'directory', 'fifo', 'hard_link'] as const;
export type PlantedObstacle = (typeof OBSTACLES)[number];

/** The content of chats behind its ports, and what their sandboxes do to it meanwhile. */
export interface ContentWorld {
  readonly staging: StagingArea;
  readonly attachments: AttachmentContent;
  readonly histories: HistoryContent;
  readonly usage: WorkspaceUsageReader;
  /** The staging area of another process, and that process's end. */
  readonly otherStaging: StagingArea;
  endOther(): Promise<void>;

  makeChat(chatId: string): Promise<void>;
  plant(chatId: string, name: string, text: string): Promise<void>;
  plantObstacle(chatId: string, name: string, kind: PlantedObstacle): Promise<void>;
  /** Null where no regular file bears the name. */
  textOf(chatId: string, name: string): Promise<string | null>;
  close(): Promise<void>;
}

export async function* chunksOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield Buffer.from(chunk);
  }
}

export async function stage(
  world: Pick<ContentWorld, 'staging'>,
  ...chunks: string[]
): Promise<StagedContent> {
  const staged = await world.staging.stage();
  await staged.write(chunksOf(...chunks));
  await staged.seal();
  return staged;
}

/** Empty where there is no content. */
export const partOf = async (content: OpenContent | null, start: number, end: number): Promise<string> =>
  content === null ? '' : text(content.read(start, end));

export const textIn = (content: OpenContent): Promise<string> =>
  partOf(content, 0, content.facts.sizeBytes - 1);

/** Reads all of it and lets go of it. */
export async function readAndClose(opening: Promise<OpenContent | null>): Promise<string | null> {
  await using content = await opening;
  return content === null ? null : await textIn(content);
}
