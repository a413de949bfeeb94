import fc from 'fast-check';
import { WorkspaceQuotaExceededError } from '../../src/storage/domain/errors.js';
import type { Settlement, WriteLedger } from '../../src/storage/ports/write-ledger.js';
import { aUuid, CHAT, OTHER_CHAT } from '../builders/ids.js';
import { aContentWrite, aSettlement, WORKSPACE } from '../builders/storage.js';
import { reactions } from '../fakes/deferred.js';

/** One write of one writer, from its beginning to its end. */
interface Step {
  readonly reservedBytes: number;
  readonly raisedTo: number;
  readonly addedBytes: number;
  readonly end: 'settle' | 'free' | 'abandon' | 'fail' | 'not-placed';
}

export type Storm = readonly (readonly Step[])[];

const bytes = fc.integer({ min: 0, max: 45 });

/** Several writers, each with some writes one after the other. */
export const storms: fc.Arbitrary<Storm> = fc.array(
  fc.array(
    fc.record<Step>({
      reservedBytes: bytes,
      raisedTo: bytes,
      addedBytes: bytes,
      end: fc.constantFrom('settle', 'settle', 'free', 'abandon', 'fail', 'not-placed'),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  { minLength: 4, maxLength: 12 },
);

/** Does the steps of one writer, whatever is refused. @returns what they have added altogether */
export async function writeAll(
  ledger: WriteLedger,
  writer: number,
  steps: readonly Step[],
  quotaBytes: number,
): Promise<number> {
  let ownBytes = 0;
  for (const [index, step] of steps.entries()) {
    const id = writer * 100 + index;
    const write = aContentWrite({
      writeId: aUuid(60_000 + id),
      fileId: aUuid(70_000 + id),
      name: `${id}`,
      chatId: writer % 3 === 0 ? CHAT : OTHER_CHAT,
      reservedBytes: step.reservedBytes,
    });
    const addedBytes = step.end === 'free' ? -Math.min(ownBytes, step.addedBytes) : step.addedBytes;
    const settle = async (): Promise<void> => {
      await ledger.begin(write, quotaBytes);
      await ledger.reserve(write.writeId, step.raisedTo, quotaBytes);
      if (step.end === 'abandon') return;
      const placed = await ledger.settle(
        write.writeId,
        quotaBytes,
        settlementOf(step, addedBytes),
        'present',
      );
      if (placed !== 'not-placed') ownBytes += addedBytes;
    };
    await settle().catch(assertExpected);
    await ledger.abandon(write.writeId);
  }
  return ownBytes;
}

class PlacingFailed extends Error {}

const settlementOf = ({ end }: Step, addedBytes: number): Settlement => ({
  ...aSettlement(addedBytes),
  place: async () => {
    await reactions();
    if (end === 'fail') throw new PlacingFailed();
    return end === 'not-placed' ? null : { sizeBytes: Math.max(0, addedBytes), isReplacement: false };
  },
});

function assertExpected(error: unknown): void {
  if (!(error instanceof WorkspaceQuotaExceededError) && !(error instanceof PlacingFailed)) throw error;
}

/** Looks at the account again and again while the work is on. @returns the most that was used and reserved at a time */
export async function watching(ledger: WriteLedger, work: Promise<unknown>): Promise<number> {
  let [isOver, most] = [false, 0];
  const end = work.finally(() => (isOver = true));
  // Told by `end` below.
  end.catch(() => null);
  while (!isOver) {
    const { usedBytes, reservedBytes } = await ledger.account(WORKSPACE);
    most = Math.max(most, usedBytes + reservedBytes);
    await reactions();
  }
  await end;
  return most;
}
