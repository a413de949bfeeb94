import { describe, expect, it } from '@jest/globals';
import { SandboxRuntimeError } from '../../ports/sandbox-runtime.js';
import { hasStatus, toRuntimeError } from './engine-errors.js';

/** As dockerode throws it. */
const answered = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) reason - ${message} `), {
    statusCode,
    reason: 'reason',
  });

describe('toRuntimeError', () => {
  it.each([
    [404, 'No such image: ai-agent:latest', 'image-missing'],
    [404, 'No such container: 64d839c6007d', 'no-such-container'],
    [409, 'Conflict. The container name "/sandbox-1" is already in use by container "64d8"', 'name-taken'],
    [404, 'network sandbox not found', 'network-missing'],
    [404, 'could not find network sandbox', 'network-missing'],
    [500, 'network 64d839c6007d not found', 'network-missing'],
    [
      500,
      'failed to create endpoint s on network n: adding interface veth1 to bridge br-1 failed: exchange full',
      'network-full',
    ],
    [
      500,
      "failed to set up container networking: no available IPv4 addresses on this network's address pools: n (6d4e)",
      'network-full',
    ],
    [
      404,
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
      'address-pools-exhausted',
    ],
    [400, 'all predefined address pools have been fully subnetted', 'address-pools-exhausted'],
    [400, 'network sandbox-2 is ambiguous (2 matches found on name)', 'network-ambiguous'],
    [500, 'adding interface veth1 to bridge br-1 failed: device or resource busy', 'failed'],
    [
      400,
      'invalid mount config for type "bind": bind source path does not exist: /x',
      'mount-source-missing',
    ],
    [500, 'error while mounting volume: no such file or directory', 'mount-source-missing'],
    [500, 'driver failed programming external connectivity', 'failed'],
    [502, 'bad gateway', 'failed'],
    [400, 'invalid environment variable', 'refused'],
    [403, 'authorization denied by plugin', 'refused'],
    [409, 'removal of container 64d8 is already in progress', 'refused'],
    [404, 'page not found', 'refused'],
    [304, '', 'refused'],
  ])('takes %d "%s" for %s', (status, message, failure) => {
    const error = toRuntimeError(answered(status, message));
    expect(error.failure).toBe(failure);
    expect(error.message).toContain(message);
  });

  it.each(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'EACCES'])(
    'takes %s for no connection',
    (code) => {
      const error = toRuntimeError(Object.assign(new Error(`connect ${code}`), { code }));
      expect([error.failure, error.isUncertain]).toEqual(['unreachable', true]);
    },
  );

  it.each(['text', null, undefined, 7, { statusCode: 404 }])(
    'takes %p, which is no error, for no connection',
    (thrown) => {
      expect(toRuntimeError(thrown).failure).toBe('unreachable');
    },
  );

  it('keeps what is translated already, and keeps the cause of what it translates', () => {
    const own = new SandboxRuntimeError('timed-out', 'no answer');
    expect(toRuntimeError(own)).toBe(own);
    const cause = answered(500, 'no');
    expect(toRuntimeError(cause).cause).toBe(cause);
  });

  it.each([
    ['unreachable', true],
    ['timed-out', true],
    ['failed', true],
    ['name-taken', false],
    ['refused', false],
    ['image-missing', false],
    ['network-full', false],
  ] as const)('says of %s whether it may have been carried out: %s', (failure, expected) => {
    expect(new SandboxRuntimeError(failure, '').isUncertain).toBe(expected);
  });
});

describe('hasStatus', () => {
  it('looks at what the engine answered', () => {
    const error = toRuntimeError(answered(404, 'No such container: x'));
    expect([hasStatus(error, 404), hasStatus(error, 409)]).toEqual([true, false]);
  });

  it('holds for nothing that the engine did not say', () => {
    const all = [toRuntimeError(new Error('ECONNRESET')), answered(404, 'x'), null, 'text'];
    expect(all.map((error) => hasStatus(error, 404))).toEqual([false, false, false, false]);
  });
});
