import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

describe('a volume that is swapped for a link while its sandbox is being started', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('stubborn'),
      APP_SANDBOX_TTL_SECONDS: '3',
      APP_SANDBOX_STOP_GRACE_SECONDS: '2',
    });
  });
  afterAll(() => service.dispose());

  it.each([
    ['to a place that is forbidden', '/etc', 'path_refused'],
    ['to a place that would be allowed', 'elsewhere', 'path_changed'],
  ])('%s: the create is refused and nothing is started', async (_name, target, type) => {
    const chatId = aChatId();
    const outer = join(service.volume, chatId);
    const inner = join(outer, 'inner');
    await mkdir(inner, { recursive: true });
    await mkdir(join(outer, 'elsewhere'));
    const { body } = await service.create(chatId, { volume_host_path: outer });
    await eventually(() => Date.now() > Date.parse(body.expires_at), 'the sandbox has expired');

    // The old container ignores SIGTERM, so the create waits for the grace; what it is about to mount is swapped then.
    const create = service.create(chatId, { volume_host_path: inner });
    await sleep(500);
    await rename(inner, join(outer, 'moved'));
    await symlink(target, inner);
    const answer = await create;

    expect([answer.status, answer.body]).toMatchObject([
      422,
      { detail: [{ loc: ['body', 'volume_host_path'], type }] },
    ]);
    expect(await containersOfChat(service.instance, chatId)).toEqual([]);
  });
});
