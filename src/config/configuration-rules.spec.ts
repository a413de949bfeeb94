import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { applyRules, isLoopback } from './configuration-rules.js';
import { Configuration } from './configuration.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function verdict(change: (configuration: Configuration) => void): ReturnType<typeof applyRules> & {
  configuration: Configuration;
} {
  const configuration = new Configuration();
  change(configuration);
  return { ...applyRules(configuration), configuration };
}

const asUser = (uid: number, gid: number): void => {
  jest.spyOn(process, 'geteuid').mockReturnValue(uid);
  jest.spyOn(process, 'getegid').mockReturnValue(gid);
};

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('holds for %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.evil.example', '128.0.0.1', ''])(
    'does not hold for %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('the rule of access', () => {
  it.each(['0.0.0.0', '::', '192.168.0.1', 'sandbox.internal'])(
    'refuses to listen on %s without a token',
    (host) => {
      const { faults } = verdict(({ http }) => (http.host = host));
      expect(faults).toEqual([expect.stringMatching(/^http\.host \(APP_HTTP_HOST\)/)]);
    },
  );

  it('lets it listen there when the token is required', () => {
    const { faults, warnings } = verdict(({ http, security }) => {
      http.host = '0.0.0.0';
      Object.assign(security, { requireToken: true, apiToken: 'token', signingKey: 'key' });
    });
    expect([faults, warnings]).toEqual([[], []]);
  });

  it('lets it listen there when that is allowed by name', () => {
    const { faults } = verdict(({ http, security }) => {
      http.host = '0.0.0.0';
      security.allowUnauthenticatedNetwork = true;
    });
    expect(faults).toEqual([]);
  });

  it('needs both secrets where the token is required', () => {
    const { faults } = verdict(({ security }) => (security.requireToken = true));
    expect(faults.map((fault) => /APP_\w+/.exec(fault)?.[0])).toEqual(['APP_API_TOKEN', 'APP_SIGNING_KEY']);
  });

  it('makes a signing key with a warning where none is needed', () => {
    const { configuration, warnings } = verdict(() => undefined);
    expect(configuration.security.signingKey).toMatch(/^[\w-]{43}$/);
    expect(warnings).toEqual([expect.stringContaining('APP_SIGNING_KEY')]);
  });
});

describe("the rule of the sandboxes' user", () => {
  it.each(['', '0:0', '1000:1000', 'agent'])('lets a service that is root use %j', (user) => {
    asUser(0, 0);
    const { faults, configuration } = verdict(({ sandbox }) => (sandbox.user = user));
    expect([faults, configuration.sandbox.user]).toEqual([[], user]);
  });

  it("takes an ordinary user's own ids by default", () => {
    asUser(1000, 1001);
    const { faults, configuration } = verdict(() => undefined);
    expect([faults, configuration.sandbox.user]).toEqual([[], '1000:1001']);
  });

  it('lets an ordinary user name its own ids', () => {
    asUser(1000, 1001);
    expect(verdict(({ sandbox }) => (sandbox.user = '1000:1001')).faults).toEqual([]);
  });

  it.each(['0:0', '1000', '1000:1000', 'agent'])('refuses %s to an ordinary user of other ids', (user) => {
    asUser(1000, 1001);
    const { faults } = verdict(({ sandbox }) => (sandbox.user = user));
    expect(faults).toEqual([expect.stringContaining('sandbox.user (APP_SANDBOX_USER): must be 1000:1001')]);
  });
});

/** Any file that is there. */
const READABLE = import.meta.filename;

describe('the rule of TLS', () => {
  it.each([
    ['', '', 0],
    [READABLE, READABLE, 0],
    [READABLE, '', 1],
    ['', READABLE, 1],
    ['/nothing/c.pem', '/nothing/k.pem', 2],
  ])('certificate %j and key %j: %d faults', (certFile, keyFile, count) => {
    const { faults } = verdict(({ docker }) => Object.assign(docker, { certFile, keyFile }));
    expect(faults).toHaveLength(count);
  });
});

describe('the rule of mounts', () => {
  it('refuses two mounts at one place', () => {
    const { faults } = verdict(({ sandbox }) => (sandbox.volumeMountPath = sandbox.chatMountPath));
    expect(faults).toEqual([expect.stringContaining('must differ')]);
  });

  it('sees through another spelling of the same place', () => {
    const { faults } = verdict(({ sandbox }) => (sandbox.volumeMountPath = '/workspace//x/../chat'));
    expect(faults).toEqual([expect.stringContaining('must differ')]);
  });
});

describe('host paths', () => {
  it("start at the project's root when they are relative, and are kept when they are not", () => {
    const { sandbox, storage } = verdict(
      (given) => (given.sandbox.lambdaToolsHostPath = '/opt/tools/../t'),
    ).configuration;
    expect(sandbox.chatsRoot).toMatch(/^\/.*\/var\/sandbox\/chats$/);
    expect(sandbox.dependenciesHostPath).toMatch(/^\/.*\/var\/sandbox\/dependencies$/);
    expect(sandbox.lambdaToolsHostPath).toBe('/opt/t');
    expect(storage.databaseUrl).toMatch(/^sqlite:\/.*\/var\/sandbox-master\.db$/);
  });

  it.each(['sqlite::memory:', 'postgres://user@host/database'])('leave %s alone', (databaseUrl) => {
    const { configuration } = verdict(({ storage }) => (storage.databaseUrl = databaseUrl));
    expect(configuration.storage.databaseUrl).toBe(databaseUrl);
  });
});
