import { Evidence } from './terms.ts';

/** The errnos that a TCP connection ends with, by name, as Linux numbers them. */
const ERRNO: Readonly<Record<string, number>> = {
  EPIPE: 32,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
};

/** Number of an errno's name, -1 for one that is not known here, 0 for none. */
export function errnoNumber(name: string): number {
  return name === '' ? 0 : (ERRNO[name] ?? -1);
}

/** What the errno of a connection that was open says. */
export function evidenceOf(errnoName: string): number {
  // TCP_USER_TIMEOUT: what was sent has not been acknowledged for too long; or a route is gone
  if (errnoName === 'ETIMEDOUT' || errnoName === 'EHOSTUNREACH' || errnoName === 'ENETUNREACH') {
    return Evidence.kernelUserTimeout;
  }
  return Evidence.reset;
}
