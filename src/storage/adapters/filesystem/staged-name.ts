import { createHash, randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';

/** Which process made a staged file, such that no other one, now or later, is taken for it. */
export interface StagedOwner {
  readonly pid: string;
  /** Clock ticks from the machine's start to the process's: ids of processes are used again. */
  readonly startTicks: string;
  /** Within it alone the id of a process means something. */
  readonly pidNamespace: string;
  readonly boot: string;
}

const STAGED = /^\.staged-(\d+)-(\d+)-(\d+)-([0-9a-f]{12})-[0-9a-f-]{36}$/;

export const newStagedName = ({ pid, startTicks, pidNamespace, boot }: StagedOwner): string =>
  `.staged-${pid}-${startTicks}-${pidNamespace}-${boot}-${randomUUID()}`;

/** @returns null for what is no name of a staged file */
export function ownerOf(stagedName: string): StagedOwner | null {
  const [, pid, startTicks, pidNamespace, boot] = STAGED.exec(stagedName) ?? [];
  if (pid === undefined || startTicks === undefined || pidNamespace === undefined || boot === undefined)
    return null;
  return { pid, startTicks, pidNamespace, boot };
}

/**
 * How long a file of a process that cannot be asked after must have rested to be taken as left behind: that process is in
 * another container or on another machine, and may be at work. While it is, it touches its files several times as often.
 */
const REST_MS = 2 * 60_000;

/** What is known of whoever looks after a file, and of the file. */
export interface Sight {
  readonly self: StagedOwner;
  /** Whether no other machine has the disk: then another boot is an earlier one of this machine. */
  readonly isOneMachine: boolean;
  /** Of the process that has the owner's id here; null: there is none. */
  readonly startTicks: string | null;
  /** Milliseconds since the file was last changed. */
  readonly restedMs: number;
}

/** Whether the owner is gone. */
export function isGone(owner: StagedOwner, { self, isOneMachine, startTicks, restedMs }: Sight): boolean {
  const isOfThisBoot = owner.boot === self.boot;
  if (isOfThisBoot && owner.pidNamespace === self.pidNamespace) return startTicks !== owner.startTicks;
  if (!isOfThisBoot && isOneMachine) return true;
  return restedMs > REST_MS;
}

export async function thisProcess(): Promise<StagedOwner> {
  const [startTicks, namespace, bootId] = await Promise.all([
    startTicksOf('self'),
    readlink('/proc/self/ns/pid'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]);
  return {
    pid: String(process.pid),
    startTicks: startTicks ?? '0',
    pidNamespace: /\d+/.exec(namespace)?.[0] ?? '0',
    boot: createHash('sha256').update(bootId.trim()).digest('hex').slice(0, 12),
  };
}

/** @returns null when there is no such process */
export async function startTicksOf(pid: string): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the program's name in brackets, which may itself hold blanks and brackets; this is the 22nd.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
