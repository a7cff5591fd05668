import type { JournalIdentity } from '../identity.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../ring-layout.ts';

export const TEST_IDENTITY: JournalIdentity = { venue: 'nasdaq', day: 20261121 };
export const SMALLEST_RING = JournalRingLayout.minimumCapacityBytes;

/** A ring in ordinary memory. */
export function memoryRing(
  startPosition = 0,
  capacityBytes: number = SMALLEST_RING,
  identity: JournalIdentity = TEST_IDENTITY,
): ArrayBuffer {
  const memory = new ArrayBuffer(journalRingBytes(capacityBytes));
  formatJournalRing(memory, identity, 1, startPosition, 0);
  return memory;
}
