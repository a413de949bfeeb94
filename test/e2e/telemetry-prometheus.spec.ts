import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { OBSERVABILITY, Prometheus, promtool } from '../support/prometheus.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const TOKEN = randomBytes(16).toString('hex');
const RULES = join(OBSERVABILITY, 'alerts.yaml');

/** Every metric that an expression names, its labels aside. */
const namesIn = (expression: string): string[] =>
  expression
    .replaceAll(/\bby \([^)]*\)|\{[^}]*\}/g, '')
    .match(/\b(sandbox|storage|http_server|nodejs|v8js|process|system)_[a-z0-9_]+/g) ?? [];

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

describe('GET /metrics', () => {
  let service: Service;
  let prometheus: Prometheus;
  const headers = { 'X-API-Token': TOKEN };

  beforeAll(async () => {
    service = await Service.start({
      APP_METRICS_PROMETHEUS: 'true',
      APP_SECURITY_REQUIRE_TOKEN: 'true',
      APP_API_TOKEN: TOKEN,
      APP_SIGNING_KEY: randomBytes(16).toString('hex'),
      APP_SANDBOX_IMAGE: await ensureTestImage('silent'),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_TTL_SECONDS: '3',
    });
    prometheus = await Prometheus.start(new URL(service.address).host, TOKEN);
    const body = { chat_id: aChatId(), agent_id: 'agent-test', volume_host_path: service.volume };
    for (let calls = 0; calls < 2; calls += 1) await service.post('/api/v1/create', body, headers);
    // The engine is asked to stop and to remove as well.
    await service.untilLogged('sandbox_expired');
  }, 120_000);

  afterAll(async () => {
    await prometheus.stop();
    await service.dispose();
  });

  it('gives Prometheus text to those who have the token', async () => {
    expect((await service.request('GET', '/metrics')).status).toBe(401);
    const answer = await service.request<string>('GET', '/metrics', { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.body).toContain('# TYPE sandbox_create_total counter\n');
    expect(answer.body).toMatch(/^sandbox_create_total\{result="created"\} 1$/m);
    expect(answer.body).toMatch(/^sandbox_create_total\{result="conflict",reason="agent_id"\} 0$/m);
    expect(answer.body).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}|[0-9a-f]{64}/);
  });

  it('is a text that promtool accepts', async () => {
    const { body } = await service.request<string>('GET', '/metrics', { headers });
    const { code, output } = await promtool(['check', 'metrics'], body);
    // 1: it cannot be read. 3: it can be, and some names are not to promtool's taste, such as those of the contract.
    expect([0, 3]).toContain(code);
    expect(output).not.toMatch(/error while linting|parse|duplicate/i);
  });

  it('is scraped', async () => {
    await eventually(async () => (await prometheus.scrape()) === 'up', 'a scrape has succeeded');
    await eventually(
      async () => (await prometheus.query('sandbox_create_total{result="reused"} == 1')).length === 1,
      'Prometheus has the counters',
    );
    expect(await prometheus.query('sandbox_active_count')).toHaveLength(1);
  });

  it('has every metric that the alerts use, and rules that hold', async () => {
    expect(await promtool(['check', 'rules', RULES])).toMatchObject({ code: 0 });
    await eventually(
      async () => (await prometheus.rules()).every(({ health }) => health === 'ok'),
      'all rules are evaluated',
    );
    const rules = await prometheus.rules();
    expect(rules.map(({ name }) => name)).toEqual([
      'SandboxLeakSuspected',
      'SandboxSweepFailing',
      'SandboxEngineUnreachable',
      'SandboxCreateSlow',
      'StorageQuotaPressure',
    ]);
    const known = await prometheus.metricNames();
    for (const { query } of rules) {
      expect(namesIn(query)).not.toEqual([]);
      expect(namesIn(query).filter((name) => !known.includes(name))).toEqual([]);
    }
  });

  it('has every metric that the dashboard uses, and answers all of its queries', async () => {
    const { panels } = JSON.parse(await readFile(join(OBSERVABILITY, 'dashboard.json'), 'utf8')) as {
      panels: Panel[];
    };
    const known = await prometheus.metricNames();
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const missing = namesIn(expr).filter((name) => !known.includes(name));
        expect({ title, missing }).toEqual({ title, missing: [] });
        expect(namesIn(expr)).not.toEqual([]);
        await prometheus.query(expr.replaceAll('$__rate_interval', '1m'));
      }
    }
  });

  it('alerts when it should, and only then', async () => {
    const cases = join(import.meta.dirname, 'alerts.promtool.yaml');
    const { code, output } = await promtool(['test', 'rules', cases]);
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  it('is not there when it is off', async () => {
    const plain = await Service.start();
    try {
      expect(await plain.request('GET', '/metrics')).toMatchObject({
        status: 404,
        body: { detail: 'not_found' },
      });
    } finally {
      await plain.dispose();
    }
  });
});
