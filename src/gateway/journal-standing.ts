import { closeSync, openSync, readSync } from 'node:fs';
import { JournalRingLayout, JournalState } from '../journal/ring-layout.ts';
import type { JournalSetup } from './journal-setup.ts';

const HEADER_BYTES = JournalRingLayout.headerBytes;

const TROUBLE: Readonly<Record<number, string>> = {
  [JournalState.diskFull]: 'disk full: nothing new is sent',
  [JournalState.ioError]: 'the disk fails to write: nothing new is sent',
  [JournalState.failed]: 'the disk failed: nothing new is sent until a restart',
};

/** How the journal stands: bytes published and not on the disk, and what is wrong, in words. */
export interface JournalStanding {
  readonly bytes: number;
  readonly lagBytes: number;
  readonly trouble: string;
}

/** Reads the header of the journal's ring from outside of the threads that use it. */
export class JournalObserver {
  private readonly setup: Pick<JournalSetup, 'ringPath' | 'ringMemory'>;
  private readonly header = new ArrayBuffer(HEADER_BYTES);

  constructor(setup: Pick<JournalSetup, 'ringPath' | 'ringMemory'>) {
    this.setup = setup;
  }

  read(): JournalStanding {
    const memory = this.memory();
    if (memory === undefined) return { bytes: Number.NaN, lagBytes: Number.NaN, trouble: '' };
    const float64 = new Float64Array(memory, 0, HEADER_BYTES >> 3);
    const int32 = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    const bytes = float64[JournalRingLayout.positionCell];
    const lost = int32[JournalRingLayout.lostCell];
    const state = TROUBLE[int32[JournalRingLayout.stateCell]] ?? '';
    return {
      bytes,
      lagBytes: Math.max(0, bytes - float64[JournalRingLayout.syncedPositionCell]),
      trouble: state === '' && lost > 0 ? `${lost} facts found no room` : state,
    };
  }

  private memory(): ArrayBufferLike | undefined {
    const { ringPath, ringMemory } = this.setup;
    if (ringMemory !== undefined) return ringMemory;
    try {
      const file = openSync(ringPath!, 'r');
      try {
        readSync(file, new Uint8Array(this.header), 0, HEADER_BYTES, 0);
      } finally {
        closeSync(file);
      }
      return this.header;
    } catch {
      return undefined;
    }
  }
}
