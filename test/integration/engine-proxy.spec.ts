import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Configuration } from '../../src/config/configuration.js';
import { EngineProxy } from '../../src/engine-proxy/engine-proxy.js';
import { listenOnSocket } from '../../src/engine-proxy/proxy-socket.js';
import { RecordingLogger } from '../fakes/observability.js';
import { overSocket, type SocketAnswer } from '../support/socket-client.js';
import { answer, beginAndCut, ScriptedEngine } from './scripted-engine.js';

/** Seconds that the proxy waits for the engine. */
const DEADLINE_SECONDS = 0.3;

describe('the engine proxy, when something goes wrong', () => {
  const path = join(tmpdir(), `engine-proxy-${randomBytes(4).toString('hex')}.sock`);
  let engine: ScriptedEngine;
  let proxy: EngineProxy;
  let logger: RecordingLogger;

  beforeEach(async () => {
    engine = new ScriptedEngine();
    await engine.open();
    logger = new RecordingLogger();
    const configuration = new Configuration();
    Object.assign(configuration.docker, { proxyEngineSocket: engine.path, timeoutSeconds: DEADLINE_SECONDS });
    configuration.sandbox.stopGraceSeconds = 0;
    proxy = new EngineProxy(configuration, logger);
    await listenOnSocket(proxy.server, path, 0);
  });
  afterEach(async () => {
    proxy.server.closeAllConnections();
    await new Promise((done) => proxy.server.close(done));
    await engine.close();
    await rm(path, { force: true });
  });

  const ask = (method: string, url: string, body = ''): Promise<SocketAnswer> =>
    overSocket(path, method, url, body);

  it('hands on answers as they are, errors too', async () => {
    engine.script = answer(500, { message: 'of the engine' });
    expect(await ask('GET', '/info')).toEqual({ status: 500, body: '{"message":"of the engine"}' });
    expect(await ask('POST', '/containers/x/start')).toEqual({
      status: 500,
      body: '{"message":"of the engine"}',
    });
    expect(engine.requests).toEqual(['GET /info HTTP/1.1', 'GET /containers/x/json HTTP/1.1']);
  });

  it('says that the engine hangs, once its deadline is over', async () => {
    engine.script = () => undefined;
    for (const [method, url] of [
      ['GET', '/_ping'],
      ['GET', '/containers/x/json'],
    ] as const) {
      expect(await ask(method, url)).toMatchObject({ status: 504, body: expect.stringContaining('in time') });
    }
  });

  it('says that the engine is away', async () => {
    await engine.close();
    expect(await ask('GET', '/_ping')).toMatchObject({
      status: 502,
      body: expect.stringContaining('cannot be reached'),
    });
  });

  it('breaks off where the engine does, and goes on serving', async () => {
    engine.script = beginAndCut;
    await expect(ask('GET', '/info')).rejects.toThrow();
    engine.script = answer(200, {});
    expect((await ask('GET', '/info')).status).toBe(200);
  });

  it('refuses bodies that are too large or no JSON, and hands none of them on', async () => {
    const url = '/containers/create?name=x';
    expect((await ask('POST', url, `"${'x'.repeat(2 * 1024 * 1024)}"`)).status).toBe(413);
    expect((await ask('POST', url, '{')).status).toBe(400);
    expect((await ask('POST', url)).status).toBe(400);
    expect(engine.requests).toEqual([]);
    expect(logger.events).toEqual(['engine_call_refused', 'engine_call_refused', 'engine_call_refused']);
  });

  it('drops a body that nobody asked for, and headers of the client', async () => {
    const seen: string[] = [];
    engine.script = (socket) => {
      socket.on('data', (chunk) => seen.push(chunk.toString()));
      answer(200, {})(socket);
    };
    expect((await ask('GET', '/info', '{"x": 1}')).status).toBe(200);
    expect(seen.join('')).not.toContain('"x"');
  });
});
