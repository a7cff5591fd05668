import { readFileSync } from 'node:fs';
import { SimulatorError } from './simulator-error.ts';

/**
 * A password from where the config says: the same file or variable that the client takes it from.
 * @param what it is for, for the message
 * @throws {SimulatorError} if it is not there
 */
export function readSecret(
  { passwordFile, passwordEnv }: { readonly passwordFile?: string; readonly passwordEnv?: string },
  what: string,
): string {
  if (passwordEnv !== undefined) {
    const password = process.env[passwordEnv];
    if (password === undefined) throw new SimulatorError(`environment variable ${passwordEnv} (${what}) is not set`);
    return password;
  }
  try {
    return readFileSync(passwordFile!, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SimulatorError(`password file ${passwordFile} (${what}) can't be read: ${code}`);
  }
}
