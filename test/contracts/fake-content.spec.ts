import { describe } from '@jest/globals';
import { ObservedAttachmentContent } from '../../src/storage/adapters/filesystem/observed-attachment-content.js';
import { ObservedHistoryContent } from '../../src/storage/adapters/filesystem/observed-history-content.js';
import { ObservedStagingArea } from '../../src/storage/adapters/filesystem/observed-staging-area.js';
import {
  FakeAttachmentContent,
  FakeHistoryContent,
  FakeStagingArea,
  FakeUsageReader,
} from '../fakes/content.js';
import { FakeDisk } from '../fakes/disk.js';
import { RecordingTracer } from '../fakes/observability.js';
import { itIsAnAttachmentContent } from './attachment-content.contract.js';
import type { ContentWorld } from './content-world.js';
import { itIsAHistoryContent } from './history-content.contract.js';
import { itIsAStagingArea } from './staging-area.contract.js';
import { itIsAUsageReader } from './usage-reader.contract.js';

function openWorld(): Promise<ContentWorld> {
  const disk = new FakeDisk();
  const otherStaging = new FakeStagingArea(disk);
  const nothing = (): Promise<void> => Promise.resolve();
  return Promise.resolve({
    staging: new FakeStagingArea(disk),
    attachments: new FakeAttachmentContent(disk),
    histories: new FakeHistoryContent(disk),
    usage: new FakeUsageReader(disk),
    otherStaging,
    endOther: async () => {
      await nothing();
      otherStaging.die();
    },
    makeChat: async (chatId) => {
      await nothing();
      disk.directory(chatId);
    },
    plant: async (chatId, name, text) => {
      await nothing();
      disk.plant(chatId, name, text);
    },
    plantObstacle: async (chatId, name, kind) => {
      await nothing();
      disk.plantObstacle(chatId, name, kind);
    },
    textOf: (chatId, name) => Promise.resolve(disk.textOf(chatId, name)),
    close: nothing,
  });
}

describe('the content of chats in memory', () => {
  itIsAStagingArea(openWorld);
  itIsAnAttachmentContent(openWorld);
  itIsAHistoryContent(openWorld);
  itIsAUsageReader(openWorld);
});

async function openTracedWorld(): Promise<ContentWorld> {
  const world = await openWorld();
  const tracer = new RecordingTracer();
  return {
    ...world,
    staging: new ObservedStagingArea(world.staging, tracer),
    attachments: new ObservedAttachmentContent(world.attachments, tracer),
    histories: new ObservedHistoryContent(world.histories, tracer),
  };
}

describe('the same, traced', () => {
  itIsAStagingArea(openTracedWorld);
  itIsAnAttachmentContent(openTracedWorld);
  itIsAHistoryContent(openTracedWorld);
});
