import {
  DrainMode,
  KILL_FILE_BYTES,
  KILL_LAYOUT_VERSION,
  KILL_MAGIC,
  KILL_PLACES,
  KillText,
  KillWord,
} from '../order/kill.ts';
import type { ProcessIdentity } from '../runtime/process-identity.ts';

/** What a kill switch applies to. */
export type KillTarget =
  | { readonly scope: 'global' }
  | { readonly scope: 'account' | 'strategy'; readonly name: string };

/** A kill file that makes no sense, or can't take a name; the message says which and why, `remedy` what to do. */
export class KillFileError extends Error {
  override readonly name = 'KillFileError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Name of the file in the config's `orders.directory`. */
export const KILL_FILE_NAME = 'kill';

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const LISTS = {
  account: { word: KillWord.accounts, names: KillText.accountNames },
  strategy: { word: KillWord.strategies, names: KillText.strategyNames },
} as const;

/** The content of a file that kills nobody. */
export function emptyKillBytes(): Buffer {
  const bytes = Buffer.alloc(KILL_FILE_BYTES);
  bytes.writeInt32LE(KILL_MAGIC, KillWord.magic * WORD_BYTES);
  bytes.writeInt32LE(KILL_LAYOUT_VERSION, KillWord.layoutVersion * WORD_BYTES);
  return bytes;
}

/** @throws {KillFileError} if these bytes are no kill file of this version */
export function checkKillBytes(bytes: Buffer, path: string): void {
  const isOurs =
    bytes.length === KILL_FILE_BYTES &&
    wordOf(bytes, KillWord.magic) === KILL_MAGIC &&
    wordOf(bytes, KillWord.layoutVersion) === KILL_LAYOUT_VERSION;
  if (isOurs) return;
  throw new KillFileError(
    `${path} is no kill file, or damaged (${bytes.length} bytes)`,
    'while it is so nothing is sent; whether somebody was killed can no longer be read: find out, then move it away',
  );
}

export function wordOf(bytes: Buffer, word: number): number {
  return bytes.readInt32LE(word * WORD_BYTES);
}

/** Place of a name in one of the lists, or -1. */
export function placeOf(bytes: Buffer, list: 'account' | 'strategy', name: string): number {
  return namesOf(bytes, list).indexOf(name);
}

/** Names by place; '' = the place is free. */
export function namesOf(bytes: Buffer, list: 'account' | 'strategy'): string[] {
  return Array.from({ length: KILL_PLACES }, (_, place) =>
    textOf(bytes, LISTS[list].names + place * KillText.nameBytes, KillText.nameBytes),
  );
}

/**
 * Where a name may stand that has no place: a free one, else one whose name nobody needs any more and that is
 * neither killed nor paused.
 * @param needed names that keep their places
 * @returns -1 where all are taken
 */
export function freePlace(bytes: Buffer, list: 'account' | 'strategy', needed: ReadonlySet<string>): number {
  const names = namesOf(bytes, list);
  const free = names.indexOf('');
  if (free >= 0) return free;
  return names.findIndex(
    (name, place) =>
      !needed.has(name) &&
      wordOf(bytes, LISTS[list].word + place) === 0 &&
      (list === 'account' || wordOf(bytes, KillWord.pauses + place) === 0),
  );
}

/** Byte at which a name's place holds its text. */
export function nameOffset(list: 'account' | 'strategy', place: number): number {
  return LISTS[list].names + place * KillText.nameBytes;
}

/** Byte at which the word of a place stands. */
export function killOffset(list: 'account' | 'strategy', place: number): number {
  return (LISTS[list].word + place) * WORD_BYTES;
}

/** Byte at which the word stands that pauses the strategy of a place. */
export function pauseOffset(place: number): number {
  return (KillWord.pauses + place) * WORD_BYTES;
}

export const DRAIN_OFFSET = KillWord.drain * WORD_BYTES;
export const GLOBAL_OFFSET = KillWord.global * WORD_BYTES;
export const COMMAND_OFFSET = KillWord.command * WORD_BYTES;

/** A name as it is stored. @throws {KillFileError} if it does not fit */
export function nameBytes(name: string): Buffer {
  const text = Buffer.from(name, 'utf8');
  if (text.length === 0 || text.length > KillText.nameBytes) {
    throw new KillFileError(
      `"${name}" can't stand in a kill file`,
      `names have 1 to ${KillText.nameBytes} bytes: see the config's accounts and strategies`,
    );
  }
  const padded = Buffer.alloc(KillText.nameBytes);
  text.copy(padded);
  return padded;
}

/** The process that has the file open, or undefined: none has, or what stands there is no such thing. */
export function holderOf(bytes: Buffer): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(textOf(bytes, KillText.holder, KillText.holderBytes)) as Partial<ProcessIdentity>;
    return typeof holder.pid === 'number' && typeof holder.startTicks === 'string'
      ? (holder as ProcessIdentity)
      : undefined;
  } catch {
    return undefined;
  }
}

export function holderBytes(holder: ProcessIdentity): Buffer {
  const bytes = Buffer.alloc(KillText.holderBytes);
  bytes.write(JSON.stringify(holder), 'utf8');
  return bytes;
}

/** All that is killed. */
export function killedTargets(bytes: Buffer): KillTarget[] {
  const targets: KillTarget[] = wordOf(bytes, KillWord.global) === 0 ? [] : [{ scope: 'global' }];
  for (const scope of ['account', 'strategy'] as const) {
    namesOf(bytes, scope).forEach((name, place) => {
      if (wordOf(bytes, LISTS[scope].word + place) !== 0) targets.push({ scope, name });
    });
  }
  return targets;
}

/** Names of the strategies that are paused. */
export function pausedStrategies(bytes: Buffer): string[] {
  return namesOf(bytes, 'strategy').filter((_, place) => wordOf(bytes, KillWord.pauses + place) !== 0);
}

/** Whether nobody may open risk, and what becomes of what rests. */
export function drainModeOf(bytes: Buffer): DrainMode {
  const mode = wordOf(bytes, KillWord.drain);
  return mode === DrainMode.off || mode === DrainMode.leave ? mode : DrainMode.cancel;
}

export function describeTarget(target: KillTarget): string {
  return target.scope === 'global' ? 'everything' : `${target.scope} ${target.name}`;
}

function textOf(bytes: Buffer, offset: number, length: number): string {
  const end = bytes.indexOf(0, offset);
  return bytes.toString('utf8', offset, end < 0 ? offset + length : Math.min(end, offset + length));
}
