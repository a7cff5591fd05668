import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errnoName, type Native } from '../io/native.ts';
import { KILL_FILE_BYTES, type KillMemory, KillSwitch, KillText } from '../order/kill.ts';
import { thisProcess } from '../runtime/process-identity.ts';
import {
  checkKillBytes,
  emptyKillBytes,
  freePlace,
  holderBytes,
  KillFileError,
  nameBytes,
  nameOffset,
  placeOf,
} from './kill-bytes.ts';

/** Who may be killed by name, in the order of their numbers. */
export interface KillNames {
  readonly accounts: readonly string[];
  readonly strategies: readonly string[];
}

/** Where each name stands in the file. Structured-cloneable. */
export interface KillPlaces {
  readonly path: string;
  readonly accounts: readonly number[];
  readonly strategies: readonly number[];
}

/**
 * Makes the file if there is none, and gives every name a place in it. Nothing that is killed is touched: it stays so
 * until a person clears it. Main thread, before the gateway's thread starts.
 * @throws {KillFileError} if it is damaged: then nobody can say who is killed, and nothing may start on it
 */
export function prepareKillFile(path: string, names: KillNames): KillPlaces {
  createKillFile(path);
  const file = openSync(path, 'r+');
  try {
    const accounts = placeNames(file, path, 'account', names.accounts);
    const strategies = placeNames(file, path, 'strategy', names.strategies);
    writeSync(file, holderBytes(thisProcess()), 0, KillText.holderBytes, KillText.holder);
    fsyncSync(file);
    return { path, accounts, strategies };
  } finally {
    closeSync(file);
  }
}

/** Makes a file that kills nobody where there is none. It appears whole or not at all. */
export function createKillFile(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const unnamed = `${path}.new-${process.pid}`;
  const file = openSync(unnamed, 'w', 0o600);
  try {
    writeSync(file, emptyKillBytes());
    fsyncSync(file);
    linkSync(unnamed, path);
  } catch (error) {
    // Somebody else was quicker: theirs is as good.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(unnamed, { force: true });
  }
}

function placeNames(file: number, path: string, list: 'account' | 'strategy', names: readonly string[]): number[] {
  const needed = new Set(names);
  return names.map((name) => {
    const bytes = readKillFile(file, path);
    const known = placeOf(bytes, list, name);
    if (known >= 0) return known;
    const place = freePlace(bytes, list, needed);
    if (place < 0) {
      throw new KillFileError(`${path} has no place left for ${list} ${name}`, 'clear kills of names that are gone');
    }
    writeSync(file, nameBytes(name), 0, KillText.nameBytes, nameOffset(list, place));
    return place;
  });
}

/** The bytes of an open kill file. @throws {KillFileError} if it is damaged */
export function readKillFile(file: number, path: string): Buffer {
  // One more than it should have, to see that it is not longer.
  const bytes = Buffer.alloc(KILL_FILE_BYTES + 1);
  const length = readSync(file, bytes, 0, bytes.length, 0);
  const content = bytes.subarray(0, length);
  checkKillBytes(content, path);
  return content;
}

/**
 * The switch on the gateway's thread: the file mapped, or where there is no addon read anew before every look.
 * @throws {KillFileError} if it can't be mapped or read
 */
export function openKillSwitch(places: KillPlaces, native: Native | undefined): KillSwitch {
  checkKillBytes(readFileSync(places.path), places.path);
  const memory = native === undefined ? readEachTime(places.path) : mapped(places.path, native);
  return new KillSwitch(memory, places.accounts, places.strategies);
}

function mapped(path: string, native: Native): KillMemory {
  const memory = native.mapFile(path, KILL_FILE_BYTES, 0);
  if (typeof memory === 'number') {
    throw new KillFileError(
      `${path} can't be mapped: ${errnoName(memory)}`,
      'it must be a file of this user on a disk of this host',
    );
  }
  return { words: new Int32Array(memory) };
}

/** The file stays open: what is written into it is seen at the next look. A file that can't be read refuses everything. */
function readEachTime(path: string): KillMemory {
  const file = openSync(path, 'r+');
  const words = new Int32Array(KILL_FILE_BYTES / Int32Array.BYTES_PER_ELEMENT);
  const bytes = new Uint8Array(words.buffer);
  return {
    words,
    refresh: () => {
      try {
        if (readSync(file, bytes, 0, bytes.length, 0) < bytes.length) words.fill(0);
      } catch {
        words.fill(0);
      }
    },
    flush: (word) => {
      const at = word * Int32Array.BYTES_PER_ELEMENT;
      writeSync(file, bytes, at, Int32Array.BYTES_PER_ELEMENT, at);
    },
  };
}
