import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { containersOf, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** `npm run agreement` makes it 100. */
const SANDBOXES = Number(process.env.AGREEMENT_SANDBOXES ?? 20);
const INTERVAL_MS = 2000;
const GRACE_MS = 1000;
/** For what removing takes on a machine that is busy with other tests. */
const SLACK_MS = 2000 + 50 * SANDBOXES;

describe('an engine that did not answer while half of the sandboxes came to harm', () => {
  const proxy = new EngineProxy();
  let service: Service;
  beforeAll(async () => {
    await proxy.open();
    service = await Service.start({
      APP_DOCKER_BASE_URL: proxy.url,
      APP_DOCKER_TIMEOUT_SECONDS: '10',
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: String(INTERVAL_MS / 1000),
      APP_SANDBOX_STOP_GRACE_SECONDS: String(GRACE_MS / 1000),
    });
  });
  afterAll(async () => {
    await service.dispose();
    await proxy.close();
  });

  const isAgreed = async (): Promise<boolean> => {
    const containers = await containersOf(service.instance);
    if (containers.some(({ State }) => State !== 'running')) return false;
    const ids = containers.map(({ Id }) => Id);
    const path = '/api/v1/sandboxes?limit=200';
    const { body } = await service.request<{ items: { container_id: string }[] }>('GET', path);
    const known = body.items.map(({ container_id }) => container_id);
    return known.toSorted().join() === ids.toSorted().join();
  };

  it(
    `agrees with the service one sweep and the grace later, with ${SANDBOXES} of them`,
    async () => {
      const chats = Array.from({ length: SANDBOXES }, aChatId);
      const created = await Promise.all(chats.map((chatId) => service.create(chatId)));
      proxy.inject(/./, 'refuse');
      const harmed = created
        .slice(0, SANDBOXES / 2)
        .map(({ body }) => engine.getContainer(body.container_id));
      await Promise.all(
        harmed.map((container, index) =>
          index % 2 === 0 ? container.kill() : container.remove({ force: true }),
        ),
      );
      proxy.heal();
      const beganMs = performance.now();
      await eventually(isAgreed, 'records and containers agree', INTERVAL_MS + GRACE_MS + SLACK_MS);
      process.stdout.write(
        `${SANDBOXES} sandboxes agreed in ${(performance.now() - beganMs).toFixed(0)} ms\n`,
      );
      const left = await containersOf(service.instance);
      expect(left.map(({ Id }) => Id).toSorted()).toEqual(
        created
          .slice(SANDBOXES / 2)
          .map(({ body }) => body.container_id)
          .toSorted(),
      );
    },
    60_000 + 1000 * SANDBOXES,
  );
});
