import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationDirectory } from '../../test/builders/configuration-file.js';
import { Configuration, ConfigurationError, type SectionName } from './configuration.js';
import { keysOf } from './key-names.js';
import { loadConfiguration } from './load-configuration.js';

const SECRETS = {
  APP_API_TOKEN: 'a-token-that-is-long-enough',
  APP_SIGNING_KEY: 'a-key-that-is-long-enough-too',
};

/** For each variable whose value cannot be made up from its default. */
const SAMPLES: Record<string, string> = {
  // These must be there to be read.
  APP_DOCKER_CA_FILE: import.meta.filename,
  APP_DOCKER_CERT_FILE: import.meta.filename,
  APP_DOCKER_KEY_FILE: import.meta.filename,
  APP_HTTP_HOST: '127.0.0.2',
  APP_LOGGING_LEVEL: 'debug',
  APP_LOGGING_OUTPUT: 'otel',
  APP_LOGGING_FORMAT: 'text',
  APP_DOCKER_BASE_URL: 'tcp://10.0.0.1:2375',
  APP_SANDBOX_MAX_NETWORKS: '2',
  APP_SANDBOX_EXTRA_HOSTS: 'one:10.0.0.1,two:10.0.0.2',
  APP_SANDBOX_CAP_ADD: 'CHOWN, FOWNER',
  APP_SANDBOX_USER: `${process.geteuid?.() || 1000}:${process.getegid?.() || 1000}`,
  APP_SANDBOX_VOLUME_ALLOWED_ROOTS: '/one,/two',
  APP_SANDBOX_READY_HTTP_PATH: '/healthz',
  APP_SANDBOX_CHATS_ROOT: '/data/chats',
  APP_SANDBOX_DEPENDENCIES_HOST_PATH: '/data/dependencies',
  APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: '/data/tools',
  APP_STORAGE_DATABASE_URL: 'sqlite:/data/other.db',
};

const sampleOf = (variable: string, standard: unknown): string => {
  const special = SAMPLES[variable];
  if (special !== undefined) return special;
  if (typeof standard === 'number') return String(standard + 1);
  return typeof standard === 'boolean' ? String(!standard) : `${String(standard)}x`;
};

const asValue = (text: string, standard: unknown): unknown => {
  if (typeof standard === 'number') return Number(text);
  if (typeof standard === 'boolean') return text === 'true';
  return Array.isArray(standard) ? text.split(',').map((item) => item.trim()) : text;
};

describe('loadConfiguration', () => {
  let directory: ConfigurationDirectory;
  beforeAll(() => {
    directory = new ConfigurationDirectory();
  });
  afterAll(() => directory.remove());

  const load = (yaml: string, variables: Record<string, string> = {}) =>
    loadConfiguration(directory.environmentOf(yaml, variables));

  function faultsOf(yaml: string, variables: Record<string, string> = {}): readonly string[] {
    try {
      load(yaml, variables);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.faults;
      throw error;
    }
    return [];
  }

  it('takes the defaults where the file says nothing', () => {
    for (const yaml of ['', 'app:\nhttp:\n', 'app: {}\n', '# only a comment\n']) {
      const { app, http, docker } = load(yaml).configuration;
      expect({ app, http, docker }).toEqual({
        app: new Configuration().app,
        http: new Configuration().http,
        docker: new Configuration().docker,
      });
    }
  });

  it('is content with the file that comes with it', () => {
    const { configuration, warnings } = loadConfiguration({});
    expect(configuration.sandbox.image).toBe('ai-agent:latest');
    expect(warnings).toEqual([expect.stringContaining('APP_SIGNING_KEY is not set')]);
  });

  it('takes values of the file, and those of the environment before them', () => {
    const yaml = 'http:\n  port: 9000\n  host: 127.0.0.5\nsandbox:\n  cap_add: [CHOWN]\n';
    const { http, sandbox } = load(yaml, { APP_HTTP_PORT: '9001' }).configuration;
    expect([http.port, http.host, sandbox.capAdd]).toEqual([9001, '127.0.0.5', ['CHOWN']]);
  });

  it('lets a variable override every key that has one', () => {
    const keys = (Object.entries(new Configuration()) as [SectionName, Record<string, unknown>][]).flatMap(
      ([section, defaults]) =>
        keysOf(section, defaults).flatMap(({ property, variable }) =>
          variable === null ? [] : [{ section, property, variable, standard: defaults[property] }],
        ),
    );
    const variables = Object.fromEntries(
      keys.map(({ variable, standard }) => [variable, sampleOf(variable, standard)]),
    );
    // The one and only pair that cannot be had together.
    const { APP_SANDBOX_NETWORK_POOL_SIZE: poolSize = '', ...others } = variables;
    const { configuration, warnings } = load('', { ...others, ...SECRETS });
    configuration.sandbox.networkPoolSize = load('', {
      ...SECRETS,
      APP_SANDBOX_NETWORK_POOL_SIZE: poolSize,
    }).configuration.sandbox.networkPoolSize;
    for (const { section, property, variable, standard } of keys) {
      const found = (configuration[section] as unknown as Record<string, unknown>)[property];
      expect([variable, found]).toEqual([variable, asValue(variables[variable] ?? '', standard)]);
      expect(found).not.toEqual(standard);
    }
    expect(warnings).toEqual([]);
  });

  it.each(['APP_NAME', 'APP_ENV', 'APP_INSTANCE', 'APP_API_TOKEN_HEADER', 'APP_HTTP_RATE_LIMIT_PER_SECOND'])(
    'knows %s, whose name clients rely on',
    (variable) => {
      expect(load('', { ...SECRETS, [variable]: '3' }).warnings).toEqual([]);
    },
  );

  it('lists all faults at once, each in its own name', () => {
    const yaml = `
http: { port: 70000, hots: x }
sandbox: { ttl_seconds: 0, image: '', volume_allowed_roots: [relative] }
strange: {}
docker: [1]
`;
    const faults = faultsOf(yaml, {
      APP_HTTP_RATE_LIMIT_PER_SECOND: 'many',
      APP_SANDBOX_READ_ONLY_ROOT: 'si',
    });
    const found = faults.map((fault) => fault.replace(/: .*$/s, '').replace(/ .*$/, '')).sort();
    expect(found).toEqual([
      'docker',
      'http.hots',
      'http.port',
      'http.rate_limit_per_second',
      'sandbox.image',
      'sandbox.read_only_root',
      'sandbox.ttl_seconds',
      'sandbox.volume_allowed_roots',
      'strange',
    ]);
    expect(faults).toContainEqual(
      expect.stringMatching(/^sandbox\.ttl_seconds \(APP_SANDBOX_TTL_SECONDS\): must be/),
    );
  });

  it('takes a key that stands in a mapping of its own', () => {
    const sizeOf = (yaml: string): number => load(yaml).configuration.sandbox.networkPoolSize;
    expect(sizeOf('sandbox: { network_pool: { size: 4 } }\n')).toBe(4);
    expect(sizeOf('sandbox: { network_pool: {} }\n')).toBe(0);
    expect(sizeOf('sandbox:\n  network_pool:\n')).toBe(0);
  });

  it.each([
    ['network_pool: { size: 257 }', /^sandbox\.network_pool\.size \(APP_SANDBOX_NETWORK_POOL_SIZE\): must/],
    ['network_pool: { size: 1.5 }', /^sandbox\.network_pool\.size .*: must/],
    ['network_pool: { sizes: 1 }', /^sandbox\.network_pool\.sizes: unknown key/],
    ['network_pool: 4', /^sandbox\.network_pool: /],
    ['network_pool_size: 4', /^sandbox\.network_pool_size: unknown key/],
    ['runtime: runsc, network_pool: { size: 1 }', /^sandbox\.network_pool\.size .*must be 0/],
  ])('refuses sandbox: { %s }', (keys, fault) => {
    expect(faultsOf(`sandbox: { ${keys} }\n`)).toEqual([expect.stringMatching(fault)]);
  });

  it('asks a process that is not the service for no secrets and no environment of sandboxes', () => {
    const yaml =
      'security: {require_token: true}\nhttp: {host: 0.0.0.0}\nsandbox: {ttl_seconds: 7, env: {KEY: "${MISSING}"}}\n';
    const environment = directory.environmentOf(yaml, { ...SECRETS, APP_API_TOKEN_FILE: '/nothing/here' });
    expect(faultsOf(yaml)).not.toEqual([]);
    const { configuration } = loadConfiguration(environment, { isService: false });
    const { sandbox, security } = configuration;
    expect([sandbox.env, sandbox.ttlSeconds, security.apiToken]).toEqual([{}, 7, null]);
  });

  it('tells all faults in the message', () => {
    expect(() => load('nonsense: 1\nmore: 2\n')).toThrow(/2 fault\(s\)[\s\S]*nonsense[\s\S]*more/);
  });

  it.each([
    ['a missing file', { APP_CONFIG: '/nonexistent/app.yaml' }, 'cannot be read'],
    ['a directory', { APP_CONFIG: '/tmp' }, 'cannot be read'],
  ])('names %s', (_, variables, message) => {
    expect(() => loadConfiguration(variables)).toThrow(message);
  });

  it.each([['[1, 2]'], ['text'], ['a: b: c'], ['app: {name: x}\napp: {name: y}\n']])(
    'refuses the file %j',
    (yaml) => {
      expect(faultsOf(yaml)).toHaveLength(1);
    },
  );

  it('ignores unknown APP_ variables with a warning, and others silently', () => {
    const { warnings } = load('', { ...SECRETS, APP_HTTP_PROT: '1', OTHER: '1', APPLE: '1' });
    expect(warnings).toEqual(['APP_HTTP_PROT is no variable of this service and is ignored']);
  });
});
