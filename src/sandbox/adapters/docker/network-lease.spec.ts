import { PassThrough, Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { NetworkLease } from './network-lease.js';

const lost = expect.objectContaining({ failure: 'network-holder-lost' });

describe('NetworkLease', () => {
  let input: PassThrough;
  let output: PassThrough;
  let connection: Duplex;
  let lease: NetworkLease;
  let over: NetworkLease[];

  beforeEach(() => {
    input = new PassThrough();
    output = new PassThrough();
    connection = Duplex.from({ readable: output, writable: input });
    over = [];
    lease = new NetworkLease('h1', connection, (one) => over.push(one));
  });

  const echo = (): void => {
    input.on('data', (bytes: Buffer) => output.write(bytes));
  };

  it('is open as long as its connection is', async () => {
    expect(lease.isOpen).toBe(true);
    lease.release();
    await eventually(() => !lease.isOpen, 'it is over');
    expect(over).toEqual([lease]);
  });

  it('is over when the engine ends the connection, and that is told once', async () => {
    output.end();
    await eventually(() => !lease.isOpen, 'it is over');
    connection.destroy();
    expect(over).toEqual([lease]);
  });

  it('is over when the connection fails', async () => {
    connection.destroy(new Error('reset'));
    await eventually(() => over.length === 1, 'it is over');
  });

  it('is over at once on a connection that is', async () => {
    connection.destroy();
    const late = new NetworkLease('h2', connection, (one) => over.push(one));
    expect(late.isOpen).toBe(false);
    await expect(late.stay(1000)).rejects.toEqual(lost);
  });

  it('has the holder stay, once it has said so, and ends the connection then', async () => {
    echo();
    await lease.stay(1000);
    await eventually(() => connection.destroyed, 'the connection has ended');
  });

  it('tells the holder once, however often it is asked', async () => {
    const told: Buffer[] = [];
    input.on('data', (bytes: Buffer) => told.push(bytes));
    echo();
    await Promise.all([lease.stay(1000), lease.stay(1000)]);
    await lease.stay(1000);
    expect(told).toHaveLength(1);
  });

  it('does not take silence for an answer', async () => {
    await expect(lease.stay(20)).rejects.toEqual(lost);
    expect(lease.isOpen).toBe(false);
  });

  it('does not take the end of the connection for one', async () => {
    const staying = lease.stay(1000);
    output.end();
    await expect(staying).rejects.toEqual(lost);
  });
});
