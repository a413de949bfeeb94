import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { inSandbox, leaveInSandbox, runInSandbox } from '../support/sandbox-shell.js';
import { aChatId, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const MIB = 1024 * 1024;
const PIDS = 48;
const NOFILE = 256;
const LOG_BYTES = 64 * 1024;
const LOG_FILES = 2;
const TMPFS_BYTES = 8 * MIB;
/** Of one entry in a log file at most: 16 KiB of output, and what JSON makes of it. */
const LOG_ENTRY_BYTES = 128 * 1024;
/** SIGKILL, as the kernel sends it when memory is out. */
const KILLED = 128 + 9;
/** What any answer may take while a bomb goes off; promised is more for a create. */
const ANSWER_MS = 30_000;

const LIMITS = {
  APP_SANDBOX_PIDS_LIMIT: String(PIDS),
  APP_SANDBOX_NOFILE_LIMIT: String(NOFILE),
  APP_SANDBOX_MEMORY_BYTES: String(64 * MIB),
  APP_SANDBOX_CPUS: '0.5',
  APP_SANDBOX_LOG_MAX_BYTES: String(LOG_BYTES),
  APP_SANDBOX_LOG_MAX_FILES: String(LOG_FILES),
  APP_SANDBOX_READY_TIMEOUT_SECONDS: '20',
};

/** A service with two sandboxes, of which one is to go off. */
class Street {
  private constructor(
    readonly service: Service,
    readonly neighbour: SandboxAnswer,
  ) {}

  static async open(environment: Record<string, string> = {}): Promise<Street> {
    const service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      ...LIMITS,
      ...environment,
    });
    return new Street(service, (await service.create(aChatId())).body);
  }

  async aBomber(): Promise<SandboxAnswer> {
    const { status, body } = await this.service.create(aChatId());
    expect(status).toBe(200);
    return body;
  }

  /** One of everything that others may want meanwhile, each of which must answer. */
  async life(): Promise<void> {
    const { chat_id, endpoint } = this.neighbour;
    const signal = AbortSignal.timeout(ANSWER_MS);
    const agent = await fetch(`http://${endpoint.ip}:${endpoint.port}/health`, { signal });
    const reused = await this.service.create(chat_id);
    const found = await this.service.request('GET', `/api/v1/sandboxes/${chat_id}`, { signal });
    const visitor = await this.service.create(aChatId());
    const gone = await this.service.delete(visitor.body.chat_id);
    expect([agent.status, reused.status, found.status, visitor.status, gone.status]).toEqual([
      200, 200, 200, 200, 200,
    ]);
    expect(reused.body).toEqual(this.neighbour);
  }

  /** Lets others live on until the bomb has gone off, and once more. @returns what came of it */
  async endure<T>(bomb: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const over = bomb.finally(() => (state.isOver = true));
    do await this.life();
    while (!state.isOver);
    await this.life();
    return over;
  }
}

const processesOf = async (containerId: string): Promise<number> =>
  (await engine.getContainer(containerId).stats({ stream: false })).pids_stats?.current ?? 0;

describe('a sandbox that uses up', () => {
  let street: Street;
  let bomber: SandboxAnswer;
  let neighbourPid: number;

  const pidOf = async ({ container_id }: SandboxAnswer): Promise<number> =>
    (await engine.getContainer(container_id).inspect()).State.Pid;

  beforeAll(async () => {
    street = await Street.open();
    neighbourPid = await pidOf(street.neighbour);
  });
  beforeEach(async () => {
    bomber = await street.aBomber();
  });
  afterEach(async () => {
    // However it went off, its chat can be ended, and nobody else has been.
    expect((await street.service.delete(bomber.chat_id)).status).toBe(200);
    expect(await pidOf(street.neighbour)).toBe(neighbourPid);
  });
  afterAll(() => street.service.dispose());

  it('processes gets no more than its limit', async () => {
    await leaveInSandbox(bomber.container_id, 'while true; do /bin/busybox sleep 600 & done');
    const seen: number[] = [];
    await street.endure(
      eventually(async () => {
        seen.push(await processesOf(bomber.container_id));
        return (seen.at(-1) ?? 0) >= PIDS - 2;
      }, 'the limit is reached'),
    );
    expect(Math.max(...seen)).toBeLessThanOrEqual(PIDS);
  });

  it('memory has its own process killed, and no other', async () => {
    const allocation = '/bin/busybox dd if=/dev/zero of=/dev/null bs=256M count=1';
    const { exitCode } = await street.endure(runInSandbox(bomber.container_id, allocation));
    expect(exitCode).toBe(KILLED);
  });

  it('memory in /dev/shm is held by the same limit', async () => {
    const filling = '/bin/busybox dd if=/dev/zero of=/dev/shm/x bs=1M count=256';
    const { exitCode } = await street.endure(runInSandbox(bomber.container_id, filling));
    expect(exitCode).not.toBe(0);
  });

  it('file descriptors gets no more than its limit', async () => {
    const opening = 'i=10; while eval "exec $i</dev/null"; do echo $i; i=$((i + 1)); done';
    const { printed } = await street.endure(runInSandbox(bomber.container_id, opening));
    expect(Number(printed.trim().split('\n').at(-1))).toBe(NOFILE - 1);
  });

  it('the log has its files rotated', async () => {
    const { LogPath } = await engine.getContainer(bomber.container_id).inspect();
    // To the output of the agent, as the agent itself could.
    const shouting = `/bin/busybox yes | /bin/busybox head -c ${4 * MIB} > /proc/1/fd/1`;
    const sizes: number[] = [];
    const { exitCode } = await street.endure(runInSandbox(bomber.container_id, shouting));
    for (const name of await readdir(dirname(LogPath))) {
      if (name.startsWith(basename(LogPath))) sizes.push((await stat(join(dirname(LogPath), name))).size);
    }
    expect([exitCode, sizes.length]).toEqual([0, LOG_FILES]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(LOG_BYTES + LOG_ENTRY_BYTES);
  });

  it('the disk below /tmp keeps nobody from working, and leaves nothing behind', async () => {
    const filling = `/bin/busybox dd if=/dev/zero of=/tmp/x bs=1M count=96 && /bin/busybox sync`;
    await street.endure(runInSandbox(bomber.container_id, filling));
    const { GraphDriver } = await engine.getContainer(bomber.container_id).inspect();
    const layer = (GraphDriver.Data as Record<string, string> | null)?.UpperDir ?? '';
    expect((await stat(join(layer, 'tmp/x'))).size).toBe(96 * MIB);
    await street.service.delete(bomber.chat_id);
    await expect(stat(layer)).rejects.toThrow('ENOENT');
  });
});

describe('a sandbox with a read-only root that uses up the disk', () => {
  let street: Street;
  let bomber: SandboxAnswer;

  beforeAll(async () => {
    street = await Street.open({
      APP_SANDBOX_READ_ONLY_ROOT: 'true',
      APP_SANDBOX_TMPFS_BYTES: String(TMPFS_BYTES),
    });
    bomber = await street.aBomber();
  });
  afterAll(() => street.service.dispose());

  it('gets as much of /tmp as it has been given', async () => {
    const filling = '/bin/busybox dd if=/dev/zero of=/tmp/x bs=64K count=4096';
    const { exitCode, complaints } = await street.endure(runInSandbox(bomber.container_id, filling));
    expect([exitCode, complaints]).toEqual([1, expect.stringMatching(/No space left on device/)]);
    expect(await inSandbox(bomber.container_id, '/bin/busybox stat -c %s /tmp/x')).toBe(`${TMPFS_BYTES}\n`);
  });

  it('gets nothing of what the engine keeps on the disk', async () => {
    for (const path of ['/x', '/www/x', '/etc/hosts', '/etc/resolv.conf', '/etc/hostname']) {
      const { exitCode, complaints } = await runInSandbox(bomber.container_id, `echo more >> ${path}`);
      expect([path, exitCode, complaints]).toEqual([path, 1, expect.stringMatching(/Read-only file system/)]);
    }
  });

  it('can write where files are meant to outlive it, which nothing limits', async () => {
    expect(await inSandbox(bomber.container_id, 'echo x > x; echo x > /workspace/volume/x')).toBe('');
  });
});
