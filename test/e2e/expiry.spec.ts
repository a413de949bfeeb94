import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat, engine, removeContainer } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** Of the stubborn ones. */
const GRACE_MS = 3000;
const INTERVAL_MS = 1000;
/** Asking the engine to stop and remove takes its time on a busy machine. */
const ENGINE_MS = 1500;

describe('an expired sandbox', () => {
  let service: Service;
  let image: string;

  beforeAll(async () => {
    image = await ensureTestImage('agent');
    service = await Service.start({
      APP_SANDBOX_IMAGE: image,
      APP_SANDBOX_TTL_SECONDS: '2',
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_STOP_GRACE_SECONDS: '1',
      APP_SANDBOX_CREATED_GRACE_SECONDS: '1',
    });
  });
  afterAll(() => service.dispose());

  it('is gone within the interval plus the grace, and never before its time', async () => {
    const chatId = aChatId();
    const { body } = await service.create(chatId);
    const expiresMs = Date.parse(body.expires_at);

    let lastSeenMs = 0;
    await eventually(async () => {
      const askedMs = Date.now();
      const containers = await containersOfChat(service.instance, chatId);
      if (containers.some(({ State }) => State === 'running')) lastSeenMs = askedMs;
      return containers.length === 0;
    }, 'the container is gone');

    expect(lastSeenMs).toBeGreaterThan(expiresMs - 100);
    expect(Date.now() - expiresMs).toBeLessThan(INTERVAL_MS + 1000 + ENGINE_MS);
    // The line is written once the engine has answered, which is after the container is gone.
    await eventually(
      () => service.logged('sandbox_expired').some(({ chat_id }) => chat_id === chatId),
      'the log tells of it',
    );
  });

  it('is replaced by a create that comes before the sweep', async () => {
    const slow = await Service.start({ APP_SANDBOX_IMAGE: image, APP_SANDBOX_TTL_SECONDS: '3' });
    try {
      const chatId = aChatId();
      const first = await slow.create(chatId);
      await eventually(() => Date.now() > Date.parse(first.body.expires_at), 'it has expired');
      expect((await slow.request('GET', `/api/v1/sandboxes/${chatId}`)).status).toBe(404);
      const second = await slow.create(chatId);

      expect(second.body.session_id).not.toBe(first.body.session_id);
      expect((await containersOfChat(slow.instance, chatId)).map(({ Id }) => Id)).toEqual([
        second.body.container_id,
      ]);
      expect(await slow.untilLogged('sandbox_replaced')).toHaveLength(1);
    } finally {
      await slow.dispose();
    }
  });

  it('takes no foreign container along, whatever its name or labels', async () => {
    const [named, labelled, unreadable] = [aChatId(), aChatId(), aChatId()];
    const past = new Date(0).toISOString();
    const claim = (chatId: string, instance: string, expiresAt: string): Record<string, string> => ({
      session_id: aChatId(),
      chat_id: chatId,
      expires_at: expiresAt,
      agent_id: 'a',
      volume_host_path: '/tmp',
      endpoint_port: '8000',
      'managed-by': 'sandbox-master',
      instance,
    });
    const strangers = [
      { name: `sandbox-${service.instance}-${named}`, Labels: {} },
      { name: `stranger-${labelled}`, Labels: claim(labelled, `${service.instance}-other`, past) },
      { name: `stranger-${unreadable}`, Labels: claim(unreadable, service.instance, 'yesterday') },
    ];
    const made = await Promise.all(
      strangers.map((stranger) =>
        engine.createContainer({ ...stranger, Image: image, Cmd: ['/bin/busybox', 'sleep', '60'] }),
      ),
    );
    try {
      const sweeps = service.logged('http_request').length;
      const refused = await service.create(named);
      expect(refused.body).toEqual({
        detail: 'sandbox_start_failed: name taken by a container that is not ours',
      });
      const passing = aChatId();
      await service.create(passing);
      await eventually(
        async () => (await containersOfChat(service.instance, passing)).length === 0,
        'a sandbox of that time has come and gone',
      );
      await service.untilLogged('http_request', sweeps + 1);
      for (const stranger of made) expect((await stranger.inspect()).State.Status).toBe('created');
    } finally {
      for (const { id } of made) await removeContainer(id);
    }
  });

  it('is ended by the grace when it does not care for SIGTERM', async () => {
    const stubborn = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('stubborn'),
      APP_SANDBOX_TTL_SECONDS: '3',
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_STOP_GRACE_SECONDS: '3',
    });
    try {
      // One after the other, so that each expires while an earlier one is still being ended.
      const lateness = Array.from({ length: 4 }, async (_, index) => {
        await sleep(index * 700);
        const chatId = aChatId();
        const { body } = await stubborn.create(chatId);
        await eventually(
          async () => (await containersOfChat(stubborn.instance, chatId)).length === 0,
          'it is gone',
        );
        return Date.now() - Date.parse(body.expires_at);
      });
      expect(Math.max(...(await Promise.all(lateness)))).toBeLessThan(INTERVAL_MS + GRACE_MS + ENGINE_MS);
    } finally {
      await stubborn.dispose();
    }
  });
});
