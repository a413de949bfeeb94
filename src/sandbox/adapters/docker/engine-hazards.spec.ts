import { describe, expect, it } from '@jest/globals';
import { type EngineFacts, engineHazards } from './engine-hazards.js';

/** An engine without a fault, unless told otherwise. */
const codesOf = (overrides: Partial<EngineFacts> = {}): string[] =>
  hazardsOf(overrides).map(({ code }) => code);

const hazardsOf = (overrides: Partial<EngineFacts> = {}) =>
  engineHazards({
    baseUrl: 'unix:///var/run/docker.sock',
    isTls: false,
    socketPaths: ['/var/run/docker.sock', '/run/docker.sock'],
    mountableRoots: ['/srv/chats', '/data'],
    engineVersion: '29.4.0',
    runcVersion: '1.4.1',
    runtime: 'runc',
    securityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
    authorizationPlugins: [],
    ...overrides,
  });

const FILE_LEAK = 'CVE-2024-21626';
const PROC_WRITES = 'CVE-2025-31133, CVE-2025-52565, CVE-2025-52881';

describe('engineHazards', () => {
  it('has nothing to say of an engine that is up to date, behind a socket', () => {
    expect(hazardsOf()).toEqual([]);
  });

  it.each([
    ['1.0.3', [FILE_LEAK, PROC_WRITES]],
    ['1.1.5+ds1', [FILE_LEAK, PROC_WRITES]],
    ['1.1.11', [FILE_LEAK, PROC_WRITES]],
    ['1.1.12', [PROC_WRITES]],
    ['1.1.15', [PROC_WRITES]],
    ['1.2.7', [PROC_WRITES]],
    ['1.2.8', []],
    ['1.3.0', [PROC_WRITES]],
    ['1.3.2', [PROC_WRITES]],
    ['1.3.3', []],
    ['1.4.0-rc.2', [PROC_WRITES]],
    ['1.4.0-rc.3', []],
    ['1.4.0', []],
    ['1.5.0', []],
    ['', []],
    ['nonsense', []],
  ])('of runc %j: %j', (runcVersion, codes) => {
    expect(codesOf({ runcVersion })).toEqual(codes);
  });

  it('says that a package may have the fix under an old version, and which version it saw', () => {
    const [hazard] = hazardsOf({ runcVersion: '1.1.5+ds1' });
    expect(hazard?.message).toMatch(/^runc says it is 1\.1\.5\+ds1; .*1\.1\.12.*distribution may have/);
  });

  it.each(['runsc', 'kata', 'io.containerd.kata.v2', 'crun'])('says nothing of runc under %s', (runtime) => {
    expect(codesOf({ runcVersion: '1.1.5', runtime })).toEqual([]);
  });

  it.each(['', 'io.containerd.runc.v2', 'nvidia'])('takes the runtime %j for runc', (runtime) => {
    expect(codesOf({ runcVersion: '1.1.12', runtime })).toEqual([PROC_WRITES]);
  });

  it.each([
    ['20.10.24+dfsg1', ['CVE-2024-41110', 'CVE-2026-34040']],
    ['23.0.14', ['CVE-2024-41110', 'CVE-2026-34040']],
    ['23.0.15', ['CVE-2026-34040']],
    ['24.0.9', ['CVE-2024-41110', 'CVE-2026-34040']],
    ['25.0.6', ['CVE-2026-34040']],
    ['26.1.5', ['CVE-2026-34040']],
    ['27.1.0', ['CVE-2024-41110', 'CVE-2026-34040']],
    ['27.1.1', ['CVE-2026-34040']],
    ['28.5.2', ['CVE-2026-34040']],
    ['29.3.1', []],
  ])('of engine %s with an authorization plugin: %j', (engineVersion, codes) => {
    expect(codesOf({ engineVersion, authorizationPlugins: ['opa'] })).toEqual(codes);
    expect(codesOf({ engineVersion })).toEqual([]);
  });

  it.each([[[]], [['name=apparmor']], [['name=seccomp,profile=unconfined']]])(
    'misses seccomp in %j',
    (securityOptions) => {
      expect(codesOf({ securityOptions })).toEqual(['no-seccomp']);
    },
  );

  it.each([
    ['tcp://127.0.0.1:2375', false, ['engine-without-tls']],
    ['tcp://localhost:2376', true, []],
    ['tcp://[::1]:2376', true, []],
    ['tcp://10.0.0.1:2375', false, ['engine-without-tls', 'engine-on-network']],
    ['tcp://10.0.0.1:2376', true, ['engine-on-network']],
    ['tcp://127.evil.example:2376', true, ['engine-on-network']],
    ['tcp://[fd00::2]:2375', false, ['engine-without-tls', 'engine-on-network']],
    ['https://engine.example', true, ['engine-on-network']],
  ])('of %s with TLS %s: %j', (baseUrl, isTls, codes) => {
    expect(codesOf({ baseUrl, isTls, socketPaths: [] })).toEqual(codes);
  });

  it.each([
    [['/run'], ['engine-socket-mountable']],
    [['/var/run/docker.sock'], ['engine-socket-mountable']],
    [['/'], ['engine-socket-mountable']],
    [['/srv', '/run/docker'], []],
  ])('of a socket with the mountable roots %j: %j', (mountableRoots, codes) => {
    expect(codesOf({ mountableRoots })).toEqual(codes);
  });
});
