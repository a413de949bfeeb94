import { Duplex, PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { NetworkLease } from './network-lease.js';

describe('NetworkLease', () => {
  let output: PassThrough;
  let connection: Duplex;
  let lease: NetworkLease;
  let over: NetworkLease[];

  beforeEach(() => {
    output = new PassThrough();
    connection = Duplex.from({ readable: output, writable: new PassThrough() });
    over = [];
    lease = new NetworkLease('h1', connection, (one) => over.push(one));
  });

  it('is open until it is released', async () => {
    expect(lease.isOpen).toBe(true);
    lease.release();
    await eventually(() => !lease.isOpen, 'it is over');
    expect(over).toEqual([lease]);
  });

  it('is over when the engine ends the connection, and that is told once', async () => {
    output.end('whatever came before');
    await eventually(() => !lease.isOpen, 'it is over');
    lease.release();
    expect(connection.destroyed).toBe(true);
    expect(over).toEqual([lease]);
  });

  it('is over when the connection fails', async () => {
    connection.destroy(new Error('reset'));
    await eventually(() => over.length === 1, 'it is over');
    expect(lease.isOpen).toBe(false);
  });

  it('is over at once on a connection that is', () => {
    connection.destroy();
    const late = new NetworkLease('h2', connection, (one) => over.push(one));
    expect([late.isOpen, over.includes(late)]).toEqual([false, true]);
  });
});
