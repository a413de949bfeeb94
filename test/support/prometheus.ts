import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrometheus } from '../../scripts/setup/prometheus.mjs';
import { aFreePort } from './free-port.js';
import { endOfProcess } from './end-of-process.js';
import { eventually } from './eventually.js';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** Rules and dashboard, as they are shipped. */
export const OBSERVABILITY = join(ROOT, 'config/observability');

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Debian's Prometheus on loopback, which scrapes one service each second and knows our rules. */
export class Prometheus {
  output = '';
  private server: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** @param target `host:port` of the service. @param token what it asks for */
  static async start(target: string, token: string): Promise<Prometheus> {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-prometheus-'));
    const prometheus = new Prometheus(directory, await aFreePort());
    await writeFile(join(directory, 'prometheus.yml'), configurationOf(target, token));
    const program = join(await ensurePrometheus(), 'prometheus');
    const server = spawn(
      program,
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${prometheus.port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr.setEncoding('utf8').on('data', (chunk: string) => (prometheus.output += chunk));
    prometheus.server = server;
    await eventually(() => prometheus.isReady(), 'Prometheus is ready', 60_000);
    return prometheus;
  }

  async stop(): Promise<void> {
    await endOfProcess(this.server, 'SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }

  /** @throws when the expression is none */
  async query(expression: string): Promise<Series[]> {
    const { result } = await this.ask<{ result: Series[] }>(
      `/api/v1/query?query=${encodeURIComponent(expression)}`,
    );
    return result;
  }

  metricNames(): Promise<string[]> {
    return this.ask('/api/v1/label/__name__/values');
  }

  /** Every rule with what became of its last evaluation. */
  async rules(): Promise<{ name: string; query: string; health: string; lastError?: string }[]> {
    const { groups } = await this.ask<{
      groups: { rules: { name: string; query: string; health: string }[] }[];
    }>('/api/v1/rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** `up`, or why the last scrape failed. */
  async scrape(): Promise<string> {
    const { activeTargets } = await this.ask<{ activeTargets: { health: string; lastError: string }[] }>(
      '/api/v1/targets',
    );
    return activeTargets.map(({ health, lastError }) => lastError || health).join();
  }

  private async ask<T>(path: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (!answer.ok) throw new Error(`${path}: ${error ?? String(answer.status)}`);
    return data;
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/-/ready`)).ok;
    } catch {
      // Nobody listens yet.
      return false;
    }
  }
}

/** Runs promtool. @returns its output and its exit code */
export async function promtool(
  words: readonly string[],
  input = '',
): Promise<{ code: number; output: string }> {
  const child = run(join(await ensurePrometheus(), 'promtool'), [...words]);
  child.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await child;
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

const configurationOf = (target: string, token: string): string =>
  [
    'global: { scrape_interval: 1s, evaluation_interval: 1s }',
    `rule_files: ['${join(OBSERVABILITY, 'alerts.yaml')}']`,
    'scrape_configs:',
    '  - job_name: sandbox-master',
    `    authorization: { credentials: '${token}' }`,
    `    static_configs: [{ targets: ['${target}'] }]`,
    '',
  ].join('\n');
