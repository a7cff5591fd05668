import type { Native } from '../io/native.ts';
import { connectStream, createReadySet } from '../io/open.ts';
import type { ReadySet } from '../io/ready-set.ts';
import type { StreamOptions, StreamSocket } from '../io/stream.ts';
import type { EvidenceSource } from '../order/evidence-source.ts';
import type { KillSwitch } from '../order/kill.ts';
import { type Clock, createClock } from '../runtime/clock.ts';
import { openDropCopy } from './drop-copy.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { type AttachedJournal, attachJournal } from './journal-output.ts';
import { openKillSwitch } from './kill-file.ts';

/**
 * Everything through which a gateway reaches what is not its own memory: time, files, connections. Each is asked for at
 * start, connections also later. A rehearsal has doors that lead nowhere, and all else is the gateway that trades.
 */
export interface GatewayDoors {
  clock(): Clock;
  /** @param nowNs cell 0: monotonic ns, as the thread keeps it @throws {Error} if it can't be opened */
  journal(nowNs: Float64Array): AttachedJournal;
  /** @throws {Error} if the file can't be used */
  killSwitch(): KillSwitch;
  /** Where executions are told again. */
  sources(): readonly EvidenceSource[];
  /** Begins to connect a session. @param session its number @throws where it can't even be tried */
  connect(session: number, options: StreamOptions): StreamSocket;
  /** Which connections have something to be read. @param sessions how many there may be */
  readySet(sessions: number): ReadySet;
}

/** The doors to the host. @param native absent in the portable build */
export function openDoors(options: GatewayOptions, native: Native | undefined): GatewayDoors {
  const { dropCopy, ioMode } = options;
  return {
    clock: () => createClock(native),
    journal: (nowNs) => attachJournal(options.journal, native, nowNs),
    killSwitch: () => openKillSwitch(options.kill, native),
    sources: () => (dropCopy === undefined ? [] : [openDropCopy(dropCopy, (stream) => connectStream(ioMode, stream))]),
    connect: (_session, stream) => connectStream(ioMode, stream),
    readySet: (sessions) => createReadySet(ioMode, sessions),
  };
}
