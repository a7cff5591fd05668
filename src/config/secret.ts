import { readFileSync } from 'node:fs';
import { StartError } from './start-error.ts';

/** Where a config says that a secret stands: never in the config itself. */
export interface SecretPlace {
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
}

/** Secrets that were in the environment. */
const taken = new Map<string, string>();

/**
 * Reads a secret. One that stands in the environment is taken out of it at the first reading, so that neither threads nor
 * child processes inherit it.
 * @param what it is for, as the message begins: `order port P1`
 * @returns it, '' where the config names no place
 * @throws {StartError} naming key and place, if it can't be had
 */
export function readSecret({ passwordFile, passwordEnv }: SecretPlace, what: string): string {
  if (passwordFile !== undefined) {
    try {
      return readFileSync(passwordFile, 'utf8').trim();
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new StartError(
        `${what}: passwordFile ${passwordFile} can't be read: ${why}`,
        'put the password there, readable by the user that runs the router alone (0600), or name the file that has it',
      );
    }
  }
  if (passwordEnv === undefined) return '';
  const value = process.env[passwordEnv] ?? taken.get(passwordEnv);
  if (value === undefined) {
    throw new StartError(
      `${what}: passwordEnv names the variable ${passwordEnv}, which is not set in the environment`,
      `set ${passwordEnv} for the process that is started (sudo and systemd pass on none by themselves), or use passwordFile`,
    );
  }
  taken.set(passwordEnv, value);
  delete process.env[passwordEnv];
  return value;
}
