import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat, engine } from '../support/engine.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** docs/adr/0013-proof-of-life.md */
const PROOF_MS = 25;
const ROUNDS = Number(process.env.REUSE_ROUNDS ?? 5);
/** After so many reuses the container is proven to live. */
const REUSES = 10;

/** What is done, and how long before a create it may have been answered without the create's knowing. */
const HARMS = {
  killed: { staleMs: 0, harm: (id: string) => engine.getContainer(id).kill() },
  removed: { staleMs: 0, harm: (id: string) => engine.getContainer(id).remove({ force: true }) },
  // Its address remains its own, and nothing else becomes of it within that time.
  paused: { staleMs: PROOF_MS, harm: (id: string) => engine.getContainer(id).pause() },
  'taken off its network': {
    staleMs: PROOF_MS,
    harm: (id: string, network: string) => engine.getNetwork(network).disconnect({ Container: id }),
  },
} as const;

describe('a container that was reused just now, and that something happens to', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
  });
  afterAll(() => service.dispose());

  it.each(Object.keys(HARMS) as (keyof typeof HARMS)[])('%s: is not handed out again', async (name) => {
    const { staleMs, harm } = HARMS[name];
    const chatId = aChatId();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { body: old } = await service.create(chatId);
      for (let time = 0; time < REUSES; time += 1) expect((await service.create(chatId)).body).toEqual(old);
      await harm(old.container_id, service.network);
      const harmedMs = performance.now();
      for (;;) {
        const beganMs = performance.now();
        const { status, body } = await service.create(chatId);
        expect(status).toBe(200);
        if (body.container_id !== old.container_id) break;
        expect(beganMs - harmedMs).toBeLessThanOrEqual(staleMs);
      }
      expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
    }
  });
});
