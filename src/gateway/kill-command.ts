import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { type DrainMode, KillText, KillWord } from '../order/kill.ts';
import { isAlive, type ProcessIdentity } from '../runtime/process-identity.ts';
import {
  COMMAND_OFFSET,
  describeTarget,
  drainModeOf,
  freePlace,
  GLOBAL_OFFSET,
  holderOf,
  KillFileError,
  type KillTarget,
  killedTargets,
  killOffset,
  nameBytes,
  nameOffset,
  namesOf,
  pausedStrategies,
  placeOf,
  wordOf,
} from './kill-bytes.ts';
import { createKillFile, readKillFile } from './kill-file.ts';

/** Who did what to whom, and why. */
export interface KillOrder {
  readonly target: KillTarget;
  readonly on: boolean;
  readonly reason: string;
}

/** What came of a command. */
export interface KillWritten {
  /** The number under which the gateway confirms it. */
  readonly command: number;
  /** Why who, when and why could not be written beside the file: the kill stands all the same. */
  readonly logFault?: string;
}

/** What a kill file says. */
export interface KillStatus {
  readonly killed: readonly KillTarget[];
  /** Names of the strategies that are paused. */
  readonly paused: readonly string[];
  readonly drain: DrainMode;
  /** The gateway has carried out the last command. */
  readonly isConfirmed: boolean;
  /** The process that has the file open, and whether it lives. */
  readonly holder: ProcessIdentity | undefined;
  readonly isHolderAlive: boolean;
  /** Last lines of the log beside the file. */
  readonly log: readonly string[];
}

const WORD_BYTES = 4;
const SHOWN_LOG_LINES = 10;

/** Where who, when and why are written. */
export function killLogPath(path: string): string {
  return `${path}.log`;
}

/**
 * Writes the switch, with no other part of Warmline alive: the word, then the number of the command, then the log. A file
 * that is not there is made, so that a gateway that starts later finds it.
 * @throws {KillFileError} if the file is damaged; if nobody is called so, unless no gateway runs that could say who there is
 */
export function writeKill(path: string, order: KillOrder): KillWritten {
  if (order.on) createKillFile(path);
  const file = openSync(path, 'r+');
  let command: number;
  try {
    const bytes = readKillFile(file, path);
    writeWord(file, wordOffset(file, path, bytes, order), order.on ? 1 : 0);
    command = newCommand(wordOf(bytes, KillWord.command));
    writeWord(file, COMMAND_OFFSET, command);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const what = `${order.on ? 'kill' : 'clear'} ${describeTarget(order.target)}`;
  const logFault = logCommand(path, what, order.reason);
  return { command, ...(logFault === undefined ? {} : { logFault }) };
}

/** Writes who did what, when and why beside the file. @returns why that could not be done */
export function logCommand(path: string, what: string, reason: string): string | undefined {
  try {
    appendFileSync(killLogPath(path), `${logLine(what, reason)}\n`, { mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** True once the gateway has carried the command out, or a later one. */
export function isConfirmed(path: string, command: number): boolean {
  const { isConfirmed, bytes } = lookAt(path);
  return isConfirmed || wordOf(bytes, KillWord.confirmed) === command;
}

/** @throws {KillFileError} if the file is damaged */
export function readKillStatus(path: string): KillStatus {
  const { bytes, isConfirmed } = lookAt(path);
  const holder = holderOf(bytes);
  return {
    killed: killedTargets(bytes),
    paused: pausedStrategies(bytes),
    drain: drainModeOf(bytes),
    isConfirmed,
    holder,
    isHolderAlive: holder !== undefined && isAlive(holder),
    log: readLog(path),
  };
}

/** The whole file as it stands now at that path, whatever anybody has mapped. */
export function lookAt(path: string): { bytes: Buffer; command: number; isConfirmed: boolean } {
  const file = openSync(path, 'r');
  try {
    const bytes = readKillFile(file, path);
    const command = wordOf(bytes, KillWord.command);
    return { bytes, command, isConfirmed: command === wordOf(bytes, KillWord.confirmed) };
  } finally {
    closeSync(file);
  }
}

function wordOffset(file: number, path: string, bytes: Buffer, { target, on }: KillOrder): number {
  if (target.scope === 'global') return GLOBAL_OFFSET;
  const known = placeOf(bytes, target.scope, target.name);
  if (known >= 0) return killOffset(target.scope, known);
  const holder = holderOf(bytes);
  // Of a gateway that runs the file has every name: this one is mistyped, and killing nobody must not look like success.
  if (!on || (holder !== undefined && isAlive(holder))) {
    const names = namesOf(bytes, target.scope).filter((name) => name !== '');
    const list = names.length === 0 ? 'there are none yet' : `there are: ${names.join(', ')}`;
    throw new KillFileError(`${path} knows no ${describeTarget(target)}`, list);
  }
  const place = freePlace(bytes, target.scope, new Set());
  if (place < 0) {
    throw new KillFileError(`${path} has no place left for ${describeTarget(target)}`, 'kill everything instead');
  }
  writeSync(file, nameBytes(target.name), 0, KillText.nameBytes, nameOffset(target.scope, place));
  return killOffset(target.scope, place);
}

/** Writes one word of an open kill file. */
export function writeWord(file: number, offset: number, value: number): void {
  const word = Buffer.alloc(WORD_BYTES);
  word.writeInt32LE(value);
  writeSync(file, word, 0, WORD_BYTES, offset);
}

/** A number that no other command has, also one given at the same time. */
function newCommand(before: number): number {
  for (;;) {
    const command = (Math.random() * 2 ** 31) | 0;
    if (command !== before && command !== 0) return command;
  }
}

function logLine(what: string, reason: string): string {
  const user = process.env.SUDO_USER ?? userName();
  return `${new Date().toISOString()} ${what} by ${user}@${hostname()} (process ${process.pid}): ${reason.replaceAll(/\s+/g, ' ').trim()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name (containers).
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

function readLog(path: string): string[] {
  try {
    return readFileSync(killLogPath(path), 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES);
  } catch {
    return [];
  }
}
