import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../kernel/invalid-input-error.js';
import { ancestorsOf, assertVolumeAllowed, isWithin, SYSTEM_DIRECTORIES } from './volume-policy.js';

const check =
  (path: string, allowedRoots: string[], forbidden: readonly string[] = []) =>
  (): void =>
    assertVolumeAllowed(path, { allowedRoots, forbidden });

describe('isWithin', () => {
  it.each([
    ['/tmp', '/tmp', true],
    ['/tmp/a/b', '/tmp', true],
    ['/tmpfile', '/tmp', false],
    ['/tm', '/tmp', false],
    ['/anything', '/', true],
    ['/', '/', true],
    ['/', '/tmp', false],
  ])('%s within %s: %s', (path, directory, expected) => {
    expect(isWithin(path, directory)).toBe(expected);
  });
});

describe('assertVolumeAllowed', () => {
  it.each(['/tmp', '/tmp/volume', '/srv/deep/er'])('lets %s through', (path) => {
    expect(check(path, ['/srv', '/tmp'], SYSTEM_DIRECTORIES)).not.toThrow();
  });

  it.each(['/home/user', '/', '/tmpvolume', '/sr'])('refuses %s, which is outside the roots', (path) => {
    expect(check(path, ['/srv', '/tmp'])).toThrow(InvalidInputError);
  });

  it('refuses everything where no root is allowed', () => {
    expect(check('/tmp/volume', [])).toThrow('outside sandbox.volume_allowed_roots');
  });

  it.each(SYSTEM_DIRECTORIES.flatMap((path) => [[path], [`${path}/below`]]))(
    'refuses %s even where the root is allowed',
    (path) => {
      expect(check(path, ['/'], SYSTEM_DIRECTORIES)).toThrow(InvalidInputError);
    },
  );

  it('refuses every parent of a forbidden directory', () => {
    for (const path of ['/', '/srv', '/srv/service']) {
      expect(check(path, ['/'], ['/srv/service/chats'])).toThrow('no sandbox may have');
    }
    expect(check('/srv/service/other', ['/'], ['/srv/service/chats'])).not.toThrow();
  });

  it('names the field and a stable type', () => {
    const expected: unknown = expect.objectContaining({ field: 'volume_host_path', type: 'path_refused' });
    expect(check('/home', ['/tmp'])).toThrow(expected);
  });
});

describe('ancestorsOf', () => {
  it.each([
    ['/', []],
    ['/tmp', ['/']],
    ['/tmp/a/b', ['/tmp/a', '/tmp', '/']],
  ])('lists what lies above %s, nearest first', (path, ancestors) => {
    expect(ancestorsOf(path)).toEqual(ancestors);
  });
});
