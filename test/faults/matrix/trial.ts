import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { Cell } from './cells.js';
import { ALLOWED, LIMIT_MS, perform, type Performed, stage, type Staged } from './situations.js';
import { CREATED_GRACE_SECONDS, type MatrixWorld, STOP_GRACE_SECONDS } from './world.js';

/** When the engine is done with the removal that the chat's container is in. */
const REMOVED_AFTER_MS = 250;
/** For a machine that is busy with four of these at once. */
const SLACK_MS = 2000;
const POLL_MS = 50;
/** By when a fault is met after all, or never. */
const LATER_MS = STOP_GRACE_SECONDS * 1000 + SLACK_MS;

/** Carries one cell out, and lets the fault end. @returns what did not hold; empty where all did */
export async function tryCell(world: MatrixWorld, cell: Cell): Promise<string[]> {
  const staged = await stage(world, cell.state);
  const { proxy } = world;
  proxy.inject(cell.call, cell.fault, 1, cell.occurrence);
  const performing = perform(world, cell.operation, staged.chatId);
  await sleep(cell.state === 'removing' ? REMOVED_AFTER_MS : 0);
  await staged.finish();
  const performed = await performing;
  const at = await world.containers();
  // What a start-up finds to stop it goes on with behind its back.
  const isMet = await eventually(() => proxy.unmet === 0, 'the fault is met', LATER_MS).then(
    () => true,
    () => false,
  );
  proxy.heal();
  return [
    ...(isMet ? [] : ['the fault was not met']),
    ...ofAnswer(cell, performed, at),
    ...(await ofAgreement(world, cell, staged, performed)),
    ...(await ofNext(world, staged)),
  ];
}

type Containers = Awaited<ReturnType<MatrixWorld['containers']>>;

function ofAnswer({ operation, fault }: Cell, performed: Performed, at: Containers): string[] {
  const { status, containerId, ip, ms } = performed;
  const faults: string[] = [];
  if (!ALLOWED[operation].includes(status)) faults.push(`ended with ${status}`);
  if (fault === 'delay' && status !== 200) faults.push(`ended with ${status}, although nothing failed`);
  if (ms > LIMIT_MS[operation]) faults.push(`took ${ms.toFixed(0)} ms`);
  if (operation === 'create' && status === 200) {
    const named = at.find(({ id }) => id === containerId);
    if (named?.state !== 'running' || named.ip !== ip)
      faults.push(`answered ${String(ip)}, where the engine has ${JSON.stringify(named)}`);
  }
  return faults;
}

/**
 * One sweep after the fault, the grace of what was made and not started before it, and that of what it stops behind it:
 * records and containers agree.
 */
async function ofAgreement(
  world: MatrixWorld,
  cell: Cell,
  staged: Staged,
  performed: Performed,
): Promise<string[]> {
  await sleep(CREATED_GRACE_SECONDS * 1000);
  await world.sweep();
  const endMs = performance.now() + STOP_GRACE_SECONDS * 1000 + SLACK_MS;
  for (;;) {
    const faults = await disagreements(world, cell, staged, performed);
    if (faults.length === 0 || performance.now() > endMs) return faults;
    await sleep(POLL_MS);
  }
}

async function disagreements(
  world: MatrixWorld,
  cell: Cell,
  { chatId, containerId }: Staged,
  performed: Performed,
): Promise<string[]> {
  const after = await world.containers();
  const { status, body } = await world.get(chatId);
  const faults: string[] = [];
  const [only, ...others] = after;
  const orphans = await world.orphans();
  if (orphans.length > 0) faults.push(`holders for nothing: ${orphans.join(', ')}`);
  if (others.length > 0) faults.push(`${after.length} containers: ${JSON.stringify(after)}`);
  if (after.some(({ state }) => state !== 'running')) faults.push(`left: ${JSON.stringify(after)}`);
  if (only === undefined ? status !== 404 : body.container_id !== only.id || body.endpoint?.ip !== only.ip)
    faults.push(`known as ${status} ${JSON.stringify(body)}, where there is ${JSON.stringify(only)}`);
  if (cell.operation === 'delete' && only !== undefined) faults.push('is still there after its delete');
  if (cell.operation === 'create' && performed.status === 200 && only?.id !== performed.containerId)
    faults.push('what was handed out is lost');
  const isKept = cell.operation !== 'delete' && cell.fault !== 'blank-address';
  if (cell.state === 'active' && isKept && only?.id !== containerId) faults.push('what ran is lost');
  if (cell.state === 'expired' && only !== undefined && only.id === containerId)
    faults.push('what has expired is still there');
  return faults;
}

/** The chat is as good as new, and nothing is left of it in the end. */
async function ofNext(world: MatrixWorld, { chatId }: Staged): Promise<string[]> {
  const created = await world.create(chatId);
  const [only] = await world.containers();
  const faults: string[] = [];
  if (created.status !== 200 || only === undefined || created.body.endpoint?.ip !== only.ip)
    faults.push(`the next create: ${created.status} ${JSON.stringify(created.body)}`);
  const deleted = await world.delete(chatId);
  const left = await world.containers();
  const orphans = await world.orphans();
  if (orphans.length > 0) faults.push(`the next delete leaves ${orphans.join(', ')}`);
  if (deleted.status !== 200 || left.length > 0)
    faults.push(`the next delete: ${deleted.status}, ${JSON.stringify(left)}`);
  return faults;
}
