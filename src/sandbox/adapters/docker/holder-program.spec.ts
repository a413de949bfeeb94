import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOLDER_ARCHITECTURES, holderProgram, isHolderArchitecture } from './holder-program.js';

const OWN = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? '';

describe('the program of network holders', () => {
  let directory: string;
  let child: ChildProcessByStdio<Writable, Readable, null>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holder-program-'));
    if (!isHolderArchitecture(OWN)) throw new Error(`there is no program for ${process.arch}`);
    const path = join(directory, 'hold');
    writeFileSync(path, holderProgram(OWN), { mode: 0o755 });
    child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  it('ends with 0 when its input does, whatever came before, and says nothing', async () => {
    child.stdin.end(JSON.stringify({ stream: true, stdin: true, stdout: true, hijack: true }));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(child.stdout.read()).toBeNull();
  });

  it('stays until then', async () => {
    child.stdin.write('anything');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it.each(HOLDER_ARCHITECTURES)('is one small static file for %s', (architecture) => {
    const file = holderProgram(architecture);
    expect(file.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(file.readBigUInt64LE(96)).toBe(BigInt(file.length));
    // It starts right behind the headers, whose number is one.
    expect([file.readUInt16LE(56), file.readBigUInt64LE(24)]).toEqual([1, 0x400000n + 120n]);
    expect(file.length).toBeLessThan(300);
  });

  it('is known for what engines call amd64 and arm64, and nothing else', () => {
    expect(['amd64', 'arm64', 'x86_64', 'riscv64', ''].map(isHolderArchitecture)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
