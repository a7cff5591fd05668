import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Native } from '../io/native.ts';
import { isAlive, type ProcessIdentity, thisProcess } from '../runtime/process-identity.ts';
import { JournalError } from './journal-error.ts';

const CLAIM = /^lock\.\d+\.\d*$/;

/** Whoever holds a journal. */
export interface JournalLock {
  /** May be called twice. */
  release(): void;
}

/** What a process says of itself in its claim. */
interface Claim extends ProcessIdentity {
  /** The claim's file is locked for as long as its process lives. Portable builds can't. */
  readonly isLocked: boolean;
}

const heldHere = new Set<string>();

/**
 * Takes a journal's directory for this process. A process states its claim in a file of its own, then looks at the others':
 * one that is alive wins, one that is dead is swept away. So a lock left behind by a process that was killed needs nobody,
 * and of two processes that come at once never both go on.
 *
 * Alive is who holds the kernel's lock of its claim; where either side has no addon, whose number and start time still
 * belong to a process.
 *
 * @throws {JournalError} if a live process holds it, this one included
 */
export function lockJournal(directory: string, native: Native | undefined): JournalLock {
  mkdirSync(directory, { recursive: true });
  const place = resolve(directory);
  if (heldHere.has(place)) throw held(directory, 'this process');
  const mine = stakeClaim(directory, native);
  const release = (): void => {
    if (!heldHere.delete(place)) return;
    rmSync(join(directory, mine.name), { force: true });
    if (mine.descriptor >= 0) native!.unlockFile(mine.descriptor);
  };
  heldHere.add(place);
  for (const name of readdirSync(directory)) {
    if (!CLAIM.test(name) || name === mine.name) continue;
    const claim = readClaim(join(directory, name));
    if (claim === undefined || isHeld(join(directory, name), claim, native)) {
      release();
      throw held(directory, claim === undefined ? 'a process that just ended' : `process ${claim.pid}`);
    }
    rmSync(join(directory, name), { force: true });
  }
  return { release };
}

/** Live process that holds a journal's directory, if any. */
export function journalHolder(directory: string, native: Native | undefined): ProcessIdentity | undefined {
  for (const name of readdirSync(directory)) {
    const claim = CLAIM.test(name) ? readClaim(join(directory, name)) : undefined;
    if (claim !== undefined && isHeld(join(directory, name), claim, native)) return claim;
  }
  return undefined;
}

function held(directory: string, who: string): JournalError {
  return new JournalError(`the journal in ${directory} is held by ${who}`, 'stop it first, or use another directory');
}

/** The claim gets its name when it is complete and locked: nobody ever sees half of one. */
function stakeClaim(directory: string, native: Native | undefined): { name: string; descriptor: number } {
  const self = thisProcess();
  const name = `lock.${self.pid}.${self.startTicks}`;
  const unnamed = join(directory, `new-${name}`);
  const claim: Claim = { ...self, isLocked: native?.lockFile !== undefined };
  writeFileSync(unnamed, JSON.stringify(claim));
  const descriptor = claim.isLocked ? native!.lockFile(unnamed) : -1;
  renameSync(unnamed, join(directory, name));
  return { name, descriptor };
}

function isHeld(path: string, claim: Claim, native: Native | undefined): boolean {
  if (!claim.isLocked || native?.lockFile === undefined) return isAlive(claim);
  const descriptor = native.lockFile(path);
  if (descriptor < 0) return true;
  native.unlockFile(descriptor);
  return false;
}

/** Undefined where it is gone, or no claim. */
function readClaim(path: string): Claim | undefined {
  try {
    const claim = JSON.parse(readFileSync(path, 'utf8')) as Partial<Claim>;
    return typeof claim.pid === 'number' && typeof claim.startTicks === 'string' ? (claim as Claim) : undefined;
  } catch {
    return undefined;
  }
}
