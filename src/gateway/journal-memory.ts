import { errnoName, MapFileFlag, type Native } from '../io/native.ts';
import type { JournalSetup } from './journal-setup.ts';

/**
 * The ring's memory for the calling thread: the file mapped, every page of it written to once, so that no first touch
 * stalls an order; or, in the portable build, the process's own memory.
 *
 * @throws {Error} if the file can't be mapped
 */
export function journalMemory(setup: JournalSetup, native: Native | undefined): ArrayBufferLike {
  const { ringPath, ringBytes, ringMemory } = setup;
  if (ringMemory !== undefined) return ringMemory;
  if (ringPath === undefined || native === undefined) throw new Error('a mapped journal needs the native addon');
  const memory = native.mapFile(ringPath, ringBytes, MapFileFlag.populate);
  if (typeof memory === 'number') throw new Error(`the journal's ring ${ringPath}: ${errnoName(memory)}`);
  native.prefault(new Uint8Array(memory));
  return memory;
}
