import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DrainMode } from '../order/kill.ts';
import { DRAIN_OFFSET, KillFileError, pauseOffset, placeOf } from './kill-bytes.ts';
import { logCommand, writeWord } from './kill-command.ts';
import { readKillFile } from './kill-file.ts';

/**
 * Pauses a strategy, or lets it go on: a word in the kill file, which the gateway looks at before every send and which
 * outlasts it.
 * @param reason who, and why
 * @returns why that could not be written down beside the file
 * @throws {KillFileError} if the file is damaged or has no such strategy
 */
export function writePause(path: string, strategy: string, on: boolean, reason: string): string | undefined {
  change(path, (file, bytes) => {
    const place = placeOf(bytes, 'strategy', strategy);
    if (place < 0) throw new KillFileError(`${path} knows no strategy ${strategy}`, 'a router that has it runs first');
    writeWord(file, pauseOffset(place), on ? 1 : 0);
  });
  return logCommand(path, `${on ? 'pause' : 'resume'} strategy ${strategy}`, reason);
}

/**
 * Has nobody open risk any more, or ends that.
 * @returns why it could not be written down beside the file
 * @throws {KillFileError} if the file is damaged
 */
export function writeDrain(path: string, mode: DrainMode, reason: string): string | undefined {
  change(path, (file) => writeWord(file, DRAIN_OFFSET, mode));
  return logCommand(path, mode === DrainMode.off ? 'end drain' : 'drain', reason);
}

function change(path: string, write: (file: number, bytes: Buffer) => void): void {
  const file = openSync(path, 'r+');
  try {
    write(file, readKillFile(file, path));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
