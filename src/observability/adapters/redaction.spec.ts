import { describe, expect, it } from '@jest/globals';
import { Configuration } from '../../config/configuration.js';
import { redactionOf, secretsOf, textRedactionOf } from './redaction.js';

const line = (fields: object): string => JSON.stringify({ msg: 'event', ...fields });

describe('redactionOf', () => {
  it('strikes a known secret out, wherever it stands and however JSON spells it', () => {
    const redact = redactionOf(['s3cret"value', 'other-secret']);
    const redacted = redact(line({ err: { message: 'with s3cret"value and other-secret' }, plain: 'kept' }));
    expect(JSON.parse(redacted)).toEqual({
      msg: 'event',
      err: { message: 'with [redacted] and [redacted]' },
      plain: 'kept',
    });
  });

  it('leaves nothing of a secret that holds another one', () => {
    expect(redactionOf(['secret-a', 'secret-a-and-more'])('"secret-a-and-more"')).toBe('"[redacted]"');
  });

  it('leaves JSON behind also where a secret is a number', () => {
    const redacted = redactionOf(['123456'])(line({ count: 1234567, text: 'my 123456' }));
    expect(JSON.parse(redacted)).toEqual({ msg: 'event', count: 9999997, text: 'my 999999' });
  });

  it('does not strike out words for the sake of a secret that is one', () => {
    expect(redactionOf(['event', ''])(line({}))).toBe(line({}));
  });

  it.each([
    [{ headers: { authorization: 'Bearer abc.def-ghi' } }],
    [{ headers: { 'x-api-token': 'abcdefgh' } }],
    [{ config: { password: 'abc"def\\gh' } }],
    [{ text: 'sent Bearer abcdefgh.ijk==' }],
    [{ url: 'postgres://user:abcdefgh@host/database' }],
  ])('knows an unknown secret by its field or its form: %j', (fields) => {
    const redacted = redactionOf([])(line(fields));
    expect(redacted).toContain('[redacted]');
    expect(redacted).not.toMatch(/abc/);
    expect(() => JSON.parse(redacted) as unknown).not.toThrow();
  });
});

describe('textRedactionOf', () => {
  const redact = textRedactionOf(redactionOf(['s3cret"value', '123456']));

  it('strikes secrets out of a text of any characters, and leaves the rest as it is', () => {
    expect(redact('a "quoted" s3cret"value\n\\ 123456 \u0000')).toBe(
      'a "quoted" [redacted]\n\\ 999999 \u0000',
    );
  });

  it.each(['first\nBearer abcdef.123', 'first\tBasic YWJjZGVm', 'Bearer abcdef.123'])(
    'knows a header by its form, wherever a line begins: %j',
    (text) => {
      expect(redact(text)).toMatch(/(Bearer|Basic) \[redacted\]$/);
    },
  );
});

describe('secretsOf', () => {
  it("has the service's own, the database's, and those that are handed to sandboxes", () => {
    const configuration = new Configuration();
    Object.assign(configuration.security, { apiToken: 'the-token', signingKey: 'the-key' });
    configuration.storage.databaseUrl = 'postgres://user:p%40ss@host/database';
    configuration.sandbox.env = { OPENAI_API_KEY: 'model-key', LANG: 'C.UTF-8' };
    expect(secretsOf(configuration)).toEqual(['the-token', 'the-key', 'p@ss', 'model-key']);
  });

  it('copes with a password that is no percent-encoding', () => {
    const configuration = new Configuration();
    configuration.storage.databaseUrl = 'postgres://user:100%@host/database';
    expect(secretsOf(configuration)).toContain('100%');
  });
});
