import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Configuration } from '../../src/config/configuration.js';
import { EngineProxy } from '../../src/engine-proxy/engine-proxy.js';
import { listenOnSocket } from '../../src/engine-proxy/proxy-socket.js';
import { holderArchive } from '../../src/sandbox/adapters/docker/holder-image.js';
import { holderLabels } from '../../src/sandbox/adapters/docker/labels.js';
import { NOW } from '../builders/times.js';
import { RecordingLogger } from '../fakes/observability.js';
import { eventually } from '../support/eventually.js';
import { askToSwitch, overSocket } from '../support/socket-client.js';
import { answer, ScriptedEngine } from './scripted-engine.js';

/** Seconds that the proxy waits for the engine. */
const DEADLINE_SECONDS = 0.3;
const HOLDER = 'a'.repeat(64);
const ATTACH = `/containers/${HOLDER}/attach?stream=true&stdin=true&stdout=true&hijack=true`;
const IMPORT = '/images/create?fromSrc=-&repo=sandbox-master/network-holder&tag=1';

describe('the engine proxy, of a service that keeps networks ready', () => {
  const path = join(tmpdir(), `engine-proxy-${randomBytes(4).toString('hex')}.sock`);
  let engine: ScriptedEngine;
  let proxy: EngineProxy;

  beforeEach(async () => {
    engine = new ScriptedEngine();
    await engine.open();
    const configuration = new Configuration();
    Object.assign(configuration.docker, { proxyEngineSocket: engine.path, timeoutSeconds: DEADLINE_SECONDS });
    Object.assign(configuration.sandbox, { stopGraceSeconds: 0, networkPoolSize: 2 });
    proxy = new EngineProxy(configuration, new RecordingLogger());
    await listenOnSocket(proxy.server, path, 0);
  });
  afterEach(async () => {
    await proxy.close();
    await engine.close();
    await rm(path, { force: true });
  });

  const lastRequest = (): string => engine.requests.at(-1) ?? '';

  /** Describes a holder of the service's, and does as the test wants with what comes then. */
  const withHolder = (then: (socket: Socket) => void): void => {
    const labels = holderLabels(8000, NOW, 'default');
    engine.script = (socket) => {
      if (lastRequest().startsWith('GET /containers/'))
        answer(200, { Id: HOLDER, Config: { Labels: labels }, State: { Status: 'running' } })(socket);
      else then(socket);
    };
  };

  /** The engine's sides of connections that go both ways. */
  const switching = (): Socket[] => {
    const ends: Socket[] = [];
    withHolder((socket) => {
      if (ends.includes(socket)) return;
      ends.push(socket);
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst ');
    });
    return ends;
  };

  /** The client's side, with all that has come over it. */
  const attached = (body = ''): Promise<{ readonly connection: Duplex; text: () => string }> =>
    new Promise((resolve, reject) => {
      const headers = { Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': String(body.length) };
      const call = request({ socketPath: path, method: 'POST', path: ATTACH, headers, agent: false });
      call.once('upgrade', (_, connection: Duplex, head: Buffer) => {
        const seen = [head];
        connection.on('data', (chunk: Buffer) => seen.push(chunk)).on('error', () => undefined);
        resolve({ connection, text: () => Buffer.concat(seen).toString() });
      });
      call.once('response', ({ statusCode }) => reject(new Error(String(statusCode))));
      call.on('error', reject);
      call.end(body);
    });

  it('passes bytes on in both directions, for longer than any call may take', async () => {
    const ends = switching();
    const { connection, text } = await attached();
    // A call that the engine never answers shows that its deadline is over.
    const { script } = engine;
    engine.script = () => undefined;
    expect((await overSocket(path, 'GET', '/_ping')).status).toBe(504);
    engine.script = script;
    connection.write('to the engine');
    ends[0]?.write('and from it');
    await eventually(() => text() === 'first and from it', 'the client has it');
    await eventually(() => Buffer.concat(engine.received).includes('to the engine'), 'the engine has it');
  });

  it('takes a body with it, as dockerode sends one', async () => {
    switching();
    const { text } = await attached('{"stream":true}');
    await eventually(() => text() === 'first ', 'the connection goes both ways');
  });

  it('ends the one side with the other', async () => {
    const ends = switching();
    const one = await attached();
    ends[0]?.end('last');
    await eventually(() => one.connection.destroyed, 'the client hears of the end of the engine');
    expect(one.text()).toBe('first last');
    const other = await attached();
    other.connection.destroy();
    await eventually(() => ends[1]?.destroyed === true, 'the engine hears of the end of the client');
  });

  it('cuts it off when it ends itself', async () => {
    switching();
    const { connection } = await attached();
    await proxy.close();
    await eventually(() => connection.destroyed, 'the client hears of it');
    await listenOnSocket(proxy.server, path, 0);
  });

  it('hands on what the engine says instead of attaching', async () => {
    withHolder(answer(409, { message: 'is paused' }));
    expect(await askToSwitch(path, ATTACH)).toEqual({ status: 409, body: '{"message":"is paused"}' });
    engine.script = answer(404, { message: 'No such container' });
    expect(await askToSwitch(path, ATTACH)).toMatchObject({ status: 404 });
  });

  it('says that the engine hangs, or is away', async () => {
    withHolder(() => undefined);
    expect(await askToSwitch(path, ATTACH)).toMatchObject({ status: 504 });
    await engine.close();
    expect(await askToSwitch(path, ATTACH)).toMatchObject({ status: 502 });
    await engine.open();
  });

  it.each(['amd64', 'arm64'])(
    'sends an engine for %s its own archive, and nothing of the client’s',
    async (Arch) => {
      const archive = holderArchive(Arch) ?? Buffer.alloc(0);
      const received = (): Buffer => Buffer.concat(engine.received);
      engine.script = (socket) => {
        if (engine.requests[0] === lastRequest()) answer(200, { Arch })(socket);
        else if (received().includes(archive)) answer(200, {})(socket);
      };
      expect((await overSocket(path, 'POST', IMPORT, 'of the client')).status).toBe(200);
      expect(engine.requests).toContain(`POST ${IMPORT.replace('master/', 'master%2F')} HTTP/1.1`);
      expect(received().includes('of the client')).toBe(false);
      expect(archive.length).toBeGreaterThan(1024);
    },
  );

  it('imports nothing for an engine of another kind', async () => {
    engine.script = answer(200, { Arch: 's390x' });
    expect(await overSocket(path, 'POST', IMPORT, 'x')).toMatchObject({ status: 502 });
    expect(engine.requests).toEqual(['GET /version HTTP/1.1']);
  });
});
