import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { newTokenFile, Tokens } from './security.ts';

const OTHERS_MAY = 0o077;

/**
 * @param say told that a file was written, or that others could read it
 * @returns the tokens of the file, which is written where it is not there; or what is wrong with it
 */
export function readTokens(file: string, say: (text: string) => void): Tokens | string {
  try {
    const text = newTokenFile();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    say(`api tokens written to ${file} (keep it to yourself)`);
    return Tokens.parse(text, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      return `${file} can't be written: ${(error as Error).message}`;
  }
  try {
    if ((statSync(file).mode & OTHERS_MAY) !== 0) {
      chmodSync(file, 0o600);
      say(`${file} could be read by others: it is 0600 now; who may have read it needs new tokens`);
    }
    return Tokens.parse(readFileSync(file, 'utf8'), file);
  } catch (error) {
    return (error as Error).message;
  }
}
