import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat } from '../support/engine.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** `npm run stampede` makes it 400: 20,000 creates. */
const ROUNDS = Number(process.env.STAMPEDE_ROUNDS ?? 100);
const CALLERS = 50;

describe('concurrent creates of one chat', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
    });
  });
  afterAll(() => service.dispose());

  it(
    `make one container and ${CALLERS} equal answers, ${ROUNDS} times`,
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const chatId = aChatId();
        const answers = await Promise.all(Array.from({ length: CALLERS }, () => service.create(chatId)));

        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
        const containers = await containersOfChat(service.instance, chatId);
        expect(containers.map(({ Id }) => Id)).toEqual([answers[0]?.body.container_id]);
        await service.delete(chatId);
      }
    },
    3000 * ROUNDS,
  );

  it('follows the order of arrival: a create after a delete never joins an earlier start', async () => {
    const chatId = aChatId();
    const first = service.create(chatId);
    await new Promise((done) => setTimeout(done, 50));
    const deletion = service.delete(chatId);
    await new Promise((done) => setTimeout(done, 50));
    const second = service.create(chatId);

    const [one, ended, other] = await Promise.all([first, deletion, second]);

    expect(ended.body.session_id).toBe(one.body.session_id);
    expect(other.body.session_id).not.toBe(one.body.session_id);
    expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
  });
});

describe('two replicas on one engine', () => {
  let service: Service;
  let replica: Service;

  beforeAll(async () => {
    const image = { APP_SANDBOX_IMAGE: await ensureTestImage('agent') };
    service = await Service.start(image);
    replica = await Service.prepare(image);
    await replica.start({
      APP_INSTANCE: service.instance,
      APP_SANDBOX_NETWORK_NAME: service.network,
      APP_SANDBOX_CHATS_ROOT: `${service.directory}/own/chats`,
    });
    await replica.untilReady();
  });
  afterAll(async () => {
    await replica.dispose();
    await service.dispose();
  });

  it('agree on one container a chat, and each can end what the other made', async () => {
    for (let round = 0; round < 10; round += 1) {
      const chatId = aChatId();
      const terms = { volume_host_path: service.volume };
      const answers = await Promise.all(
        [service, replica, service, replica].map((either) => either.create(chatId, terms)),
      );

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
      const [maker, other] = round % 2 === 0 ? [service, replica] : [replica, service];
      expect((await other.delete(chatId)).body.result).toBe('deleted');
      expect((await maker.request('GET', `/api/v1/sandboxes/${chatId}`)).status).toBe(404);
    }
  });
});
