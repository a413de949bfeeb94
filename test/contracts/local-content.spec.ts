import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import {
  newStagedName,
  startTicksOf,
  thisProcess,
} from '../../src/storage/adapters/filesystem/staged-name.js';
import type { StagingArea } from '../../src/storage/ports/staging-area.js';
import { LocalContent } from '../support/local-content.js';
import { itIsAnAttachmentContent } from './attachment-content.contract.js';
import type { ContentWorld, PlantedObstacle } from './content-world.js';
import { itIsAHistoryContent } from './history-content.contract.js';
import { itIsAStagingArea } from './staging-area.contract.js';
import { itIsAUsageReader } from './usage-reader.contract.js';

async function makeObstacle(local: LocalContent, path: string, kind: PlantedObstacle): Promise<void> {
  const outside = local.outside('outside');
  await writeFile(outside, 'not for the chat');
  switch (kind) {
    case 'symlink':
      return symlink(outside, path);
    case 'directory':
      await mkdir(path);
      return writeFile(join(path, 'inside'), 'x');
    case 'fifo':
      await promisify(execFile)('mkfifo', [path]);
      return;
    case 'hard_link':
      return link(outside, path);
  }
}

/** Another process, which does no more than live; what it is said to have staged was made here. */
function otherProcess(local: LocalContent): { staging: StagingArea; end: () => Promise<void> } {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const stage: StagingArea['stage'] = async () => {
    const pid = String(child.pid);
    const owner = { ...(await thisProcess()), pid, startTicks: (await startTicksOf(pid)) ?? '' };
    const staged = await local.staging.stage();
    const stagedName = newStagedName(owner);
    await rename(join(local.chatsRoot, staged.stagedName), join(local.chatsRoot, stagedName));
    await staged[Symbol.asyncDispose]();
    return { ...staged, stagedName };
  };
  return { staging: Object.assign(Object.create(local.staging) as StagingArea, { stage }), end };
}

async function openWorld(): Promise<ContentWorld> {
  const local = await LocalContent.create();
  const other = otherProcess(local);
  return {
    staging: local.staging,
    attachments: local.attachments,
    histories: local.histories,
    usage: local.usage,
    otherStaging: other.staging,
    endOther: other.end,
    makeChat: async (chatId) => {
      await local.chats.ensureDirectory(chatId);
    },
    plant: (chatId, name, text) => writeFile(local.pathTo(chatId, name), text),
    plantObstacle: async (chatId, name, kind) => {
      const path = local.pathTo(chatId, name);
      await rm(path, { recursive: true, force: true });
      await makeObstacle(local, path, kind);
    },
    textOf: async (chatId, name) => {
      const path = local.pathTo(chatId, name);
      return (await lstat(path)).isFile() ? readFile(path, 'utf8') : null;
    },
    close: async () => {
      await other.end();
      await local.close();
    },
  };
}

describe('the content of chats on the disk', () => {
  itIsAStagingArea(openWorld);
  itIsAnAttachmentContent(openWorld);
  itIsAHistoryContent(openWorld);
  itIsAUsageReader(openWorld);
});
