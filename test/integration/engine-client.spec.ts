import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type Docker from 'dockerode';
import { EngineClient } from '../../src/sandbox/adapters/docker/engine-client.js';
import { SandboxRuntimeError } from '../../src/sandbox/ports/sandbox-runtime.js';
import { aDockerConfig } from '../builders/configuration.js';
import { eventually } from '../support/eventually.js';
import { answer, begin, beginAndCut, ScriptedEngine, type Script } from './scripted-engine.js';

/** For calls that are to run into it. */
const SHORT_SECONDS = 0.3;
/** For calls that are to settle long before it. */
const LONG_SECONDS = 10;
/** What a busy machine may take on top of a deadline, or for a call that nothing delays. */
const SLACK_MS = 3000;

describe('EngineClient', () => {
  let engine: ScriptedEngine;
  let client: EngineClient;
  let hasty: EngineClient;

  beforeEach(async () => {
    engine = new ScriptedEngine();
    await engine.open();
    client = clientOf(`unix://${engine.path}`, LONG_SECONDS);
    hasty = clientOf(`unix://${engine.path}`, SHORT_SECONDS);
  });
  afterEach(() => engine.close());

  const clientOf = (baseUrl: string, timeoutSeconds: number): EngineClient =>
    new EngineClient(aDockerConfig({ baseUrl, timeoutSeconds }));
  const info = (docker: Docker): Promise<unknown> => docker.info();
  const create = (docker: Docker): Promise<unknown> => docker.createContainer({ Image: 'x' });
  const listAll = (docker: Docker): Promise<unknown> => docker.listContainers();

  async function failureOf(call: Promise<unknown>): Promise<SandboxRuntimeError> {
    const error: unknown = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error instanceof SandboxRuntimeError) return error;
    throw new Error(`no failure of the engine: ${String(error)}`);
  }

  const expectNoSockets = (): Promise<void> =>
    eventually(() => engine.sockets.size === 0, 'no connection is left open', 2000);

  it('gives what the engine answers', async () => {
    engine.script = answer(200, { DockerRootDir: '/var/lib/docker' });
    expect(await client.call(info)).toEqual({ DockerRootDir: '/var/lib/docker' });
    await expectNoSockets();
  });

  const troubles: [string, Script, string][] = [
    ['says nothing', () => undefined, 'timed-out'],
    ['hangs up at once', (socket) => socket.destroy(), 'unreachable'],
    [
      'hangs up in the middle of the head',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'),
      'unreachable',
    ],
    ['begins to answer and hangs', begin, 'timed-out'],
    ['begins to answer and hangs up', beginAndCut, 'unreachable'],
    ['fails', answer(500, { message: 'server error' }), 'failed'],
    ['is overloaded', answer(503, { message: 'busy' }), 'failed'],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'), 'unreachable'],
    [
      'has a failure without a message',
      (socket) => socket.end('HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n'),
      'failed',
    ],
  ];

  describe.each([
    ['reading', info],
    ['creating', create],
    ['listing', listAll],
  ])('while %s from an engine that', (_, request) => {
    it.each(troubles)('%s: settles in time, and leaves no connection open', async (__, script, failure) => {
      engine.script = script;
      const beganMs = performance.now();
      const isHanging = failure === 'timed-out';
      const error = await failureOf((isHanging ? hasty : client).call(request));
      expect(error.failure).toBe(failure);
      expect(performance.now() - beganMs).toBeLessThan(SLACK_MS);
      await expectNoSockets();
    });
  });

  it('settles in time when the body only drips', async () => {
    engine.script = (socket) => {
      begin(socket);
      const drip = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => {
        clearInterval(drip);
      });
    };
    expect((await failureOf(hasty.call(info))).failure).toBe('timed-out');
    await expectNoSockets();
  });

  it('leaves no timer behind when an answer breaks off', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    engine.script = beginAndCut;
    const before = timers();
    await failureOf(client.call(info));
    await expectNoSockets();
    // One of an earlier test's may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('says unreachable where nobody listens', async () => {
    for (const baseUrl of ['unix:///nonexistent/engine.sock', 'tcp://127.0.0.1:1', 'https://127.0.0.1:1']) {
      expect((await failureOf(clientOf(baseUrl, LONG_SECONDS).call(info))).failure).toBe('unreachable');
    }
  });

  it("keeps the shorter one of its own deadline and the caller's", async () => {
    const timed = async (limitMs: number, extraMs = 0): Promise<number> => {
      const beganMs = performance.now();
      expect((await failureOf(hasty.call(info, limitMs, extraMs))).failure).toBe('timed-out');
      return performance.now() - beganMs;
    };
    expect(await timed(60_000)).toBeLessThan(SLACK_MS);
    expect(await timed(Infinity, 300)).toBeGreaterThan(590);
    hasty = client;
    expect(await timed(50)).toBeLessThan(SLACK_MS);
    await expectNoSockets();
  });

  it('lets no failure of one call reach another', async () => {
    engine.script = (socket) => {
      if (engine.requests.at(-1)?.includes('/info') === true) socket.destroy();
      else answer(200, [])(socket);
    };
    const calls = Array.from({ length: 20 }, (_, index) => client.call(index % 2 === 0 ? info : listAll));
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(
      results.map((_, index) => (index % 2 === 0 ? 'rejected' : 'fulfilled')),
    );
    await expectNoSockets();
  });

  it('keeps what the engine says for the log', async () => {
    engine.script = answer(404, { message: 'No such image: x' });
    const error = await failureOf(client.call(create));
    expect([error.failure, error.message]).toEqual([
      'image-missing',
      expect.stringContaining('No such image: x'),
    ]);
  });

  describe("under the variables of Docker's own client", () => {
    const VARIABLES = {
      DOCKER_HOST: 'tcp://127.0.0.1:1',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/nonexistent',
      DOCKER_CLIENT_TIMEOUT: '1',
      DOCKER_API_VERSION: '1.1',
      HTTP_PROXY: 'http://127.0.0.1:1',
    };

    afterEach(() => {
      jest.restoreAllMocks();
    });

    it.each(Object.keys(VARIABLES))('%s changes nothing', async (name) => {
      engine.script = answer(200, { ok: true });
      await client.call(info);
      const [usual] = engine.requests;
      jest.replaceProperty(process, 'env', {
        ...process.env,
        [name]: VARIABLES[name as keyof typeof VARIABLES],
      });
      const other = clientOf(`unix://${engine.path}`, LONG_SECONDS);
      expect(await other.call(info)).toEqual({ ok: true });
      expect(engine.requests).toEqual([usual, usual]);
    });
  });
});
