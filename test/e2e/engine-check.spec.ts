import { afterEach, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { engine } from '../support/engine.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const started: { dispose(): Promise<void> }[] = [];

afterEach(async () => {
  for (const service of started.splice(0).reverse()) await service.dispose();
});

describe('what is dangerous about the engine', () => {
  it('is warned of after the start, and keeps nobody from working', async () => {
    const service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_DOCKER_BASE_URL: 'unix:///var/run/docker.sock',
      APP_SANDBOX_VOLUME_ALLOWED_ROOTS: '/tmp,/run',
    });
    started.push(service);

    const warnings = await service.untilLogged('engine_hazard');

    expect(warnings).toContainEqual(
      expect.objectContaining({ level: 'warn', hazard: 'engine-socket-mountable' }),
    );
    const { Components } = await engine.version();
    const runc = Components.find(({ Name }) => Name === 'runc')?.Version ?? '';
    const isWarnedOf = service.logged('engine_hazard').some(({ hazard }) => hazard === 'CVE-2024-21626');
    expect([runc, isWarnedOf]).toEqual([runc, /^1\.(0\.|1\.(\d|10|11)\b)/.test(runc)]);
    expect((await service.create(aChatId())).status).toBe(200);
  });

  it('is looked for beside everything else: readiness does not wait for the answer', async () => {
    const proxy = new EngineProxy();
    await proxy.open();
    started.push({ dispose: () => proxy.close() });
    proxy.inject(/^GET \/version/, 'hang');

    const service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_DOCKER_BASE_URL: proxy.url,
    });
    started.push(service);

    expect((await service.create(aChatId())).status).toBe(200);
    expect(service.logged('engine_hazard')).toEqual([]);
    expect(await service.end('SIGTERM')).toBe(0);
  });
});
