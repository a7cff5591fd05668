import { commandLine } from './serve.ts';

const USER_MODULUS = 10_000;

/** How the names of this process's users begin: five characters at most, so that a digit fits behind it. */
export function venueUser(): string {
  return `${process.pid % USER_MODULUS}_`;
}

/** TCP ports of the venue that was named on the command line. */
export function venuePorts(): number[] {
  return commandLine.text('venue').split(',').map(Number);
}
