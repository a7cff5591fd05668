/** What each implementation of the sockets can do; the portable one's list is shorter. */

export type IoKind = 'native' | 'portable';

export interface IoAbilities {
  /** May be polled from a spinning thread; without it, the sockets need an event loop (an evented thread). */
  readonly spinning: boolean;
  /** Knows how many datagrams the kernel dropped for want of buffer. Portable: only what its own queue dropped. */
  readonly kernelDropCounts: boolean;
  /** Kernel receive stamps. */
  readonly kernelStamps: boolean;
  readonly busyPoll: boolean;
  /** Receive buffers beyond the system's limit, with the privilege. */
  readonly forcedReceiveBuffer: boolean;
  /** Records packets in a flight ring. */
  readonly flightRing: boolean;
  /** `TCP_QUICKACK` and `TCP_USER_TIMEOUT`. */
  readonly streamTimeouts: boolean;
  /** `TCP_INFO`. */
  readonly streamInfo: boolean;
  /** Thread affinity, scheduling class and timer slack. */
  readonly pinning: boolean;
  /** Files mapped into memory, and `mlock` of them. */
  readonly mappedFiles: boolean;
}

const ABILITIES: Record<IoKind, IoAbilities> = {
  native: {
    spinning: true,
    kernelDropCounts: true,
    kernelStamps: true,
    busyPoll: true,
    forcedReceiveBuffer: true,
    flightRing: true,
    streamTimeouts: true,
    streamInfo: true,
    pinning: true,
    mappedFiles: true,
  },
  portable: {
    spinning: false,
    kernelDropCounts: false,
    kernelStamps: false,
    busyPoll: false,
    forcedReceiveBuffer: false,
    flightRing: true,
    streamTimeouts: false,
    streamInfo: false,
    pinning: false,
    mappedFiles: false,
  },
};

export function ioAbilities(kind: IoKind): IoAbilities {
  return ABILITIES[kind];
}

/** What a kind lacks, in words for people. Empty for native. */
export function missingAbilities(kind: IoKind): string[] {
  const has = ABILITIES[kind];
  const words: [keyof IoAbilities, string][] = [
    ['spinning', 'spinning threads'],
    ['kernelDropCounts', 'kernel drop counts'],
    ['kernelStamps', 'kernel receive stamps'],
    ['busyPoll', 'busy polling'],
    ['forcedReceiveBuffer', 'receive buffers beyond the system limit'],
    ['streamTimeouts', 'TCP user timeout and quick acknowledgement'],
    ['streamInfo', 'TCP statistics'],
    ['pinning', 'thread pinning and scheduling class'],
    ['mappedFiles', 'mapped files and memory locking'],
  ];
  return words.filter(([ability]) => !has[ability]).map(([, word]) => word);
}
