import { readSecret as read, type SecretPlace } from '../config/secret.ts';
import { SimulatorError } from './simulator-error.ts';

/**
 * A password from where the config says: the same file or variable that the client takes it from.
 * @param what it is for, for the message
 * @throws {SimulatorError} if it is not there
 */
export function readSecret(place: SecretPlace, what: string): string {
  try {
    return read(place);
  } catch (error) {
    throw new SimulatorError(`${what}: ${(error as Error).message}`);
  }
}
