import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import type { Measurement, WorkspaceUsageReader } from '../../ports/workspace-usage-reader.js';
import { runChild } from './child-command.js';
import { remnantOf } from './local-chat-content.js';
import { TALLY_FORMAT, UsageTally } from './usage-tally.js';
import { WaitingLine } from './waiting-line.js';

/** More starting points could be longer than a command may be. */
const MAX_STARTS = 500;
/** They share one disk, and the cores with everybody else. */
const MAX_AT_ONCE = 2;

/**
 * Measures with the system's own `find`, outside this process: it walks by descriptors, follows no link, stays on the file
 * system, and copes with trees too deep for paths. Starting points are relative, so they are named shortly on each line.
 */
@Injectable()
export class FindUsageReader implements WorkspaceUsageReader, OnApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly line = new WaitingLine(MAX_AT_ONCE);

  constructor(private readonly sandbox: SandboxConfig) {}

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  /** The time runs from the call on, also while others are measured. */
  measure(chatIds: readonly string[], limitMs: number): Promise<Measurement> {
    const limit = AbortSignal.any([this.stop.signal, AbortSignal.timeout(limitMs)]);
    return this.line.pass(() => this.measureNow(chatIds, limit));
  }

  private async measureNow(chatIds: readonly string[], limit: AbortSignal): Promise<Measurement> {
    const tally = new UsageTally();
    const starts = chatIds.flatMap((chatId) => [chatId, remnantOf(chatId)]);
    let isComplete = true;
    for (let from = 0; from < starts.length; from += MAX_STARTS)
      isComplete = (await this.walk(starts.slice(from, from + MAX_STARTS), tally, limit)) && isComplete;
    const bytesOf = (start: string): number => tally.bytesByStart.get(start) ?? 0;
    const sums = chatIds.map((chatId) => [chatId, bytesOf(chatId) + bytesOf(remnantOf(chatId))] as const);
    return { bytesByChat: new Map(sums), isComplete };
  }

  /** @returns whether it came to the end of it and could read everything that stayed there */
  private async walk(starts: readonly string[], tally: UsageTally, signal: AbortSignal): Promise<boolean> {
    let hasFailed = false;
    const words = ['-P', ...starts, '-xdev', '-type', 'f', '-printf', TALLY_FORMAT];
    const code = await runChild('find', words, {
      cwd: this.sandbox.chatsRoot,
      signal,
      onStdout: async (output) => {
        for await (const chunk of output.setEncoding('latin1')) tally.add(chunk as string);
      },
      onStderr: async (output) => {
        hasFailed = await tellsOfFailure(output);
      },
    });
    if (code === 0 || code === 1) return !hasFailed;
    // Null: it was ended. Any other is not its own, but that of a system that has no such program.
    if (code !== null) throw new Error(`find, which measures what chats hold, ended with ${code}`);
    return false;
  }
}

/** What has no remnant, and what was removed while it was walked, is no failure. */
async function tellsOfFailure(output: Readable): Promise<boolean> {
  let isFailure = false;
  for await (const line of createInterface({ input: output }))
    isFailure ||= !line.endsWith('No such file or directory');
  return isFailure;
}
