import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationDirectory } from '../../test/builders/configuration-file.js';
import { makeSigningKey, readSecrets } from './secrets.js';

const TOKEN = 'a-token-that-is-long-enough';

describe('readSecrets', () => {
  let directory: ConfigurationDirectory;
  beforeAll(() => {
    directory = new ConfigurationDirectory();
  });
  afterAll(() => directory.remove());

  it('reads them from their variables', () => {
    const secrets = readSecrets({ APP_API_TOKEN: TOKEN, APP_SIGNING_KEY: 'a-signing-key-of-some-length' });
    expect(secrets).toEqual({
      values: { apiToken: TOKEN, signingKey: 'a-signing-key-of-some-length' },
      faults: [],
      warnings: [],
    });
  });

  it.each([
    ['as it is', TOKEN],
    ['without its final newline', `${TOKEN}\n`],
    ['without its final newline of Windows', `${TOKEN}\r\n`],
  ])('reads one from its file %s', (_, content) => {
    const APP_API_TOKEN_FILE = directory.write('token', content);
    expect(readSecrets({ APP_API_TOKEN_FILE }).values.apiToken).toBe(TOKEN);
  });

  it('takes no more than one newline away, and no blank', () => {
    const APP_API_TOKEN_FILE = directory.write('token', ` ${TOKEN} \n\n`);
    expect(readSecrets({ APP_API_TOKEN_FILE }).values.apiToken).toBe(` ${TOKEN} \n`);
  });

  it('prefers the variable to the file', () => {
    const APP_API_TOKEN_FILE = directory.write('token', 'another-token-that-is-long');
    expect(readSecrets({ APP_API_TOKEN: TOKEN, APP_API_TOKEN_FILE }).values.apiToken).toBe(TOKEN);
  });

  it('takes an empty one for none', () => {
    const APP_SIGNING_KEY_FILE = directory.write('empty', '\n');
    const { values, warnings, faults } = readSecrets({ APP_API_TOKEN: '', APP_SIGNING_KEY_FILE });
    expect([values, warnings, faults]).toEqual([{ apiToken: null, signingKey: '' }, [], []]);
  });

  it('names a file that cannot be read', () => {
    const path = directory.pathOf('missing');
    const { faults } = readSecrets({ APP_SIGNING_KEY_FILE: path });
    expect(faults).toEqual([`APP_SIGNING_KEY_FILE: ${path} cannot be read (ENOENT)`]);
  });

  it('warns of a short one, and does not say it', () => {
    const { values, warnings } = readSecrets({ APP_API_TOKEN: 'fifteen-letters' });
    expect(values.apiToken).toBe('fifteen-letters');
    expect(warnings).toEqual(['APP_API_TOKEN is short: use at least 16 characters']);
    expect(readSecrets({ APP_API_TOKEN: 'sixteen-letters!' }).warnings).toEqual([]);
  });
});

describe('makeSigningKey', () => {
  it('makes long keys, each another', () => {
    const keys = Array.from({ length: 50 }, makeSigningKey);
    expect(new Set(keys).size).toBe(50);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
