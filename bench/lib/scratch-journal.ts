import type { JournalOutput } from '../../src/journal/journal-ring.ts';

const SCRATCH_BYTES = 8192;

/** A journal that keeps nothing: each record is written over the last one. For figures that leave the journal out. */
export class ScratchJournal implements JournalOutput {
  readonly bytes = new Uint8Array(SCRATCH_BYTES);
  readonly int32 = new Int32Array(this.bytes.buffer);
  readonly float64 = new Float64Array(this.bytes.buffer);
  readonly endLow = 0;
  readonly state = 0;

  claim(_type: number, _length: number): number {
    return 0;
  }
  claimOpening(_type: number, _length: number): number {
    return 0;
  }
  commit(): boolean {
    return true;
  }
  isSynced(_low: number): boolean {
    return true;
  }
}
