import type { ExchangePort } from './exchange-port.ts';

/** What faults make of a port's requests and answers. Asked at each, so that "the next three" can be counted. */
export interface Disturbance {
  /** An execution is reported twice. */
  repeatsExecution(): boolean;
  /** A cancel comes too late for a few shares: they trade after it was confirmed. */
  cancelsTooLate(): boolean;
  /** ns after which a cancel is carried out that is answered as pending at first; 0 = at once. */
  cancelPendsNs(): number;
  /** A cancel is refused. */
  deniesCancel(): boolean;
  /** A message was said to a port; it may be said to others as well. */
  said(port: ExchangePort, bytes: Uint8Array, length: number): void;
}

const no = (): boolean => false;

export const UNDISTURBED: Disturbance = {
  repeatsExecution: no,
  cancelsTooLate: no,
  cancelPendsNs: () => 0,
  deniesCancel: no,
  said: () => {},
};
