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
 * another container or, where the disk is a shared one, on another machine, and may be at work. Nor does another boot
 * prove a restart of this machine: another machine has another one too. Uploads that stall are cut off long before.
 */
const REST_MS = 10 * 60_000;

/**
 * Whether the owner is gone, as this process sees it.
 * @param startTicks of the process that has the owner's id here; null: there is none
 * @param restedMs since the file was last changed
 */
export function isGone(
  owner: StagedOwner,
  self: StagedOwner,
  startTicks: string | null,
  restedMs: number,
): boolean {
  const seesIt = owner.boot === self.boot && owner.pidNamespace === self.pidNamespace;
  return seesIt ? startTicks !== owner.startTicks : restedMs > REST_MS;
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
