import { readFileSync } from 'node:fs';

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
 * @returns it, '' where the config names no place
 * @throws {Error} why it can't be had, to be put behind the name of what it is for
 */
export function readSecret({ passwordFile, passwordEnv }: SecretPlace): string {
  if (passwordFile !== undefined) {
    try {
      return readFileSync(passwordFile, 'utf8').trim();
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new Error(`passwordFile ${passwordFile} can't be read: ${why}`);
    }
  }
  if (passwordEnv === undefined) return '';
  const value = process.env[passwordEnv] ?? taken.get(passwordEnv);
  if (value === undefined) throw new Error(`passwordEnv names ${passwordEnv}, which is not set`);
  taken.set(passwordEnv, value);
  delete process.env[passwordEnv];
  return value;
}
