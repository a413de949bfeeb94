import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import type { Placement } from '../../src/storage/ports/attachment-content.js';
import { CHAT } from '../builders/ids.js';
import { readAndClose, stage } from '../contracts/content-world.js';
import { LeaseHolder } from '../support/lease-holder.js';
import { LocalContent } from '../support/local-content.js';

/** How soon an answer is there, whoever holds a lease: the system itself would wait for 45 s. */
const SOON_MS = 2000;

function whyNoLeases(): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-master-lease-'));
  try {
    writeFileSync(join(directory, 'file'), 'x');
    return LeaseHolder.whyNot(join(directory, 'file'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const whyNot = whyNoLeases();
const reason = whyNot === null ? '' : ` (not tried: ${whyNot})`;

(whyNot === null ? describe : describe.skip)(`files that a sandbox has taken a lease on${reason}`, () => {
  let local: LocalContent;
  let holder: LeaseHolder | null = null;
  beforeEach(async () => {
    local = await LocalContent.create();
    await local.chats.ensureLayout(CHAT);
  });
  afterEach(async () => {
    await holder?.end();
    holder = null;
    await local.close();
  });

  const lease = async (name: string, text: string): Promise<void> => {
    await writeFile(local.pathTo(CHAT, name), text);
    holder = await LeaseHolder.take(local.pathTo(CHAT, name));
  };
  const replace = async (name: string): Promise<Placement> => {
    await using staged = await stage(local, 'placed');
    return await local.attachments.place(CHAT, name, staged, 'replace');
  };
  const soon = async <T>(work: Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const value = await work;
    expect(performance.now() - beganMs).toBeLessThan(SOON_MS);
    return value;
  };

  it('are not there for a download, and can be replaced and removed', async () => {
    await lease('name', 'leased');
    expect(await soon(local.attachments.open(CHAT, 'name'))).toBeNull();
    expect([...local.hostileKinds]).toEqual(['closed']);
    expect(await soon(replace('name'))).toMatchObject({ result: 'placed' });
    expect(await readAndClose(local.attachments.open(CHAT, 'name'))).toBe('placed');
    await holder?.end();
    await lease('name', 'leased again');
    expect(await soon(local.attachments.remove(CHAT, 'name'))).toBe(true);
  });

  it('are there once the lease is let go of, as the system asks for it', async () => {
    await lease('name', 'let go of');
    const opening = local.attachments.open(CHAT, 'name');
    await sleep(25);
    await holder?.end();
    holder = null;
    expect(await readAndClose(opening)).toBe('let go of');
  });

  it('are moved aside where a history is to be', async () => {
    await lease('history.md', 'leased');
    expect(await soon(readAndClose(local.histories.open(CHAT)))).toBe('');
    expect(local.logger.fieldsOf('history_moved_aside')).toEqual([{ chat_id: CHAT, kind: 'closed' }]);
    expect(await local.attachments.find(CHAT, 'history.md')).toMatchObject({ sizeBytes: 0 });
  });
});
