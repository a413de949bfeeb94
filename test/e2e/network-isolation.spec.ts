import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOf, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { hostRules } from '../support/host-rules.js';
import { openHostListener, outerAddresses, reaches } from '../support/reachability.js';
import { aChatId, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const ISOLATED = { APP_SANDBOX_NETWORK_ISOLATION: 'true', APP_SANDBOX_READY_TIMEOUT_SECONDS: '10' };

let hadRules = false;
let listener: Awaited<ReturnType<typeof openHostListener>>;

beforeAll(async () => {
  hadRules = hostRules('check');
  expect(hostRules('apply')).toBe(true);
  listener = await openHostListener();
});
afterAll(() => {
  listener.close();
  if (!hadRules) hostRules('remove');
});

/** Two sandboxes of one service, and the address of the host on their network. */
class Neighbours {
  private constructor(
    readonly service: Service,
    readonly one: SandboxAnswer,
    readonly other: SandboxAnswer,
    readonly gateway: string,
  ) {}

  static async start(environment: Record<string, string>): Promise<Neighbours> {
    const service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      ...environment,
    });
    const one = (await service.create(aChatId())).body;
    const other = (await service.create(aChatId())).body;
    const { NetworkSettings } = await engine.getContainer(one.container_id).inspect();
    return new Neighbours(service, one, other, NetworkSettings.Networks[service.network]?.Gateway ?? '');
  }
}

describe('sandboxes on an isolated network', () => {
  let neighbours: Neighbours;

  beforeAll(async () => {
    neighbours = await Neighbours.start(ISOLATED);
  });
  afterAll(() => neighbours.service.dispose());

  it('are both reached from the host', async () => {
    for (const { endpoint } of [neighbours.one, neighbours.other]) {
      const answer = await fetch(`http://${endpoint.ip}:${endpoint.port}/health`);
      expect(await answer.text()).toBe('ok\n');
    }
  });

  it('do not reach each other, though each reaches itself', async () => {
    const { one, other } = neighbours;
    expect(await reaches(one.container_id, one.endpoint.ip, 8000)).toBe(true);
    expect(await reaches(one.container_id, other.endpoint.ip, 8000)).toBe(false);
    expect(await reaches(other.container_id, one.endpoint.ip, 8000)).toBe(false);
  });

  it('reach the host neither at their gateway nor at an address of its own', async () => {
    for (const address of [neighbours.gateway, ...outerAddresses()]) {
      expect([address, await reaches(neighbours.one.container_id, address, listener.port)]).toEqual([
        address,
        false,
      ]);
    }
  });

  it('have no IPv6 that the rules would have to know', async () => {
    const { Networks } = (await engine.getContainer(neighbours.one.container_id).inspect()).NetworkSettings;
    expect(Networks[neighbours.service.network]).toMatchObject({ GlobalIPv6Address: '', IPv6Gateway: '' });
  });

  it("says that it cannot see the host's rules, which check tells", async () => {
    expect(await neighbours.service.untilLogged('network_isolation_needs_host_rules')).toHaveLength(1);
    expect(hostRules('check')).toBe(true);
  });

  it("reach the host, and still not each other, without the host's rules", async () => {
    const { one, other, gateway } = neighbours;
    hostRules('remove');
    try {
      expect(hostRules('check')).toBe(false);
      expect(await reaches(one.container_id, gateway, listener.port)).toBe(true);
      expect(await reaches(one.container_id, other.endpoint.ip, 8000)).toBe(false);
    } finally {
      expect(hostRules('apply')).toBe(true);
    }
    expect(await reaches(one.container_id, gateway, listener.port)).toBe(false);
  });
});

describe('sandboxes on a network that is not isolated', () => {
  it('reach each other and the host', async () => {
    const { service, one, other, gateway } = await Neighbours.start({
      APP_SANDBOX_READY_TIMEOUT_SECONDS: '10',
    });
    try {
      expect(await reaches(one.container_id, other.endpoint.ip, 8000)).toBe(true);
      expect(await reaches(one.container_id, gateway, listener.port)).toBe(true);
    } finally {
      await service.dispose();
    }
  });
});

describe('a network of that name without isolation', () => {
  let service: Service;
  const makeWeakNetwork = (): Promise<unknown> =>
    engine.createNetwork({ Name: service.network, Labels: { instance: service.instance } });

  const refusal = async (): Promise<unknown> => {
    const { status, body } = await service.create(aChatId());
    expect(status).toBe(503);
    return body;
  };

  beforeAll(async () => {
    service = await Service.prepare({ APP_SANDBOX_IMAGE: await ensureTestImage('agent'), ...ISOLATED });
  });
  afterAll(() => service.dispose());

  it('keeps the service from being ready and sandboxes from starting, and says what is missing', async () => {
    await makeWeakNetwork();
    await service.start();
    const [failure] = await service.untilLogged('sandbox_reconcile_failed');
    expect(JSON.stringify(failure)).toMatch(
      /lacks the option com\.docker\.network\.bridge\.enable_icc=false/,
    );
    expect((await service.request('GET', '/readyz')).status).toBe(503);
    expect(await refusal()).toEqual({ detail: 'sandbox_start_failed: network missing isolation' });
    expect(await containersOf(service.instance)).toEqual([]);
  });

  it('is made anew once it is gone', async () => {
    await engine.getNetwork(service.network).remove();
    await service.untilReady();
    const chatId = aChatId();
    expect((await service.create(chatId)).status).toBe(200);
    await service.delete(chatId);
  });

  it('is not used when it takes the place of an isolated one behind our back', async () => {
    await engine.getNetwork(service.network).remove();
    await makeWeakNetwork();
    expect(await refusal()).toEqual({ detail: 'sandbox_start_failed: no address on the network' });
    expect(await refusal()).toEqual({ detail: 'sandbox_start_failed: network missing isolation' });
    await eventually(
      async () => (await containersOf(service.instance)).length === 0,
      'nothing is left on the weak network',
    );
  });
});
