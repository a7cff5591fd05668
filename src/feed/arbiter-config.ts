import type { MalformedReason } from './framer.ts';

/** A line as its arbiter sees it. Index in {@link ArbiterConfig.lines} = the packet's source. */
export interface ArbiterLine {
  readonly name: string;
  /** `live`: its absence is *redundancy lost*, an alert. `standby`: it may be silent. */
  readonly expect: 'live' | 'standby';
}

/** When the active line goes back to the preferred one after a switch (policy `sticky`). */
export type Failback = 'never' | 'manual' | { readonly afterCleanNs: number };

export interface RetransmitPolicy {
  /** Most units in one request. */
  readonly maxUnitsPerRequest: number;
  /** Requests for a gap without any progress before the next rung is tried. Progress starts the count afresh. */
  readonly attempts: number;
  /** How long the answer to the first attempt may take; each further attempt waits `backoff` times longer. */
  readonly timeoutNs: number;
  readonly backoff: number;
  /** Units that may be asked for in each window of `budgetWindowNs`. */
  readonly budgetUnits: number;
  readonly budgetWindowNs: number;
  /** Gaps that may have a request under way at once. */
  readonly maxOutstanding: number;
}

export interface SnapshotPolicy {
  readonly attempts: number;
  /** How long a snapshot may take from the wish to its end. */
  readonly timeoutNs: number;
}

/** Everything that decides how a feed is arbitrated. Times are nanoseconds, sizes units or bytes as named. */
export interface ArbiterConfig {
  /** 1 to 8 lines. */
  readonly lines: readonly ArbiterLine[];
  readonly policy: 'first' | 'sticky';
  /** Policy `sticky`: index of the preferred line, which leads at the start. */
  readonly activeLine: number;
  readonly failback: Failback;
  /** No automatic failback, hole or prediction switch sooner than this after a switch. Doubles while a line flaps. */
  readonly minDwellNs: number;
  /** Where that doubling ends. */
  readonly maxDwellNs: number;
  /** A gap is escalated once this many later units are held behind it … */
  readonly holdOffCount: number;
  /** … or it has been open for this long: whichever comes first. */
  readonly holdOffNs: number;
  /** From its opening, a gap is declared lost at the latest after this. */
  readonly gapDeadlineNs: number;
  /** The venue's heartbeat interval. */
  readonly heartbeatNs: number;
  /** A line that brought nothing for this long is stale. */
  readonly staleAfterNs: number;
  /** A line is lagging once another is this many units ahead … */
  readonly lagUnits: number;
  /** … or it lacks, for this long, what another has brought. */
  readonly lagNs: number;
  /** Policy `sticky`: this many holes of the active line within `holeWindowNs` are evidence for a switch; 0 = never. */
  readonly holeCount: number;
  readonly holeWindowNs: number;
  /** A jump forward by more units than this needs confirmation. */
  readonly maxForwardJump: number;
  /** Packets in a row that confirm a new session, a restart or a jump seen on one line only. */
  readonly confirmPackets: number;
  /** Numbers that the hold window spans. A power of two. */
  readonly windowUnits: number;
  /** Bytes of units that may be held. */
  readonly holdBytes: number;
  /** Numbers for which copies are compared. A power of two. */
  readonly compareWindowUnits: number;
  /**
   * `first-seen`: the stream starts at the first number seen. `beginning`: a later start is a gap from 1 on, refreshed
   * by retransmit if the budget allows as much, or by snapshot.
   */
  readonly startAt: 'first-seen' | 'beginning';
  readonly retransmit: RetransmitPolicy | undefined;
  readonly snapshot: SnapshotPolicy | undefined;
}

/** A malformed packet as the io layer reports it. */
export type ReportedMalformed = Exclude<MalformedReason, 0>;

const MICROSECOND_NS = 1_000;
const MILLISECOND_NS = 1_000 * MICROSECOND_NS;
const SECOND_NS = 1_000 * MILLISECOND_NS;

export const MAX_LINES = 8;

/** What holds where a config says nothing else: policy `first`, two lines expected live, no recovery services. */
export const defaultArbiterConfig: ArbiterConfig = {
  lines: [
    { name: 'A', expect: 'live' },
    { name: 'B', expect: 'live' },
  ],
  policy: 'first',
  activeLine: 0,
  failback: 'never',
  minDwellNs: SECOND_NS,
  maxDwellNs: 60 * SECOND_NS,
  holdOffCount: 1000,
  holdOffNs: 5 * MILLISECOND_NS,
  gapDeadlineNs: 2 * SECOND_NS,
  heartbeatNs: SECOND_NS,
  staleAfterNs: 3 * SECOND_NS,
  lagUnits: 1000,
  lagNs: 20 * MILLISECOND_NS,
  holeCount: 5,
  holeWindowNs: SECOND_NS,
  maxForwardJump: 1_000_000,
  confirmPackets: 3,
  windowUnits: 65_536,
  holdBytes: 16 * 1024 * 1024,
  compareWindowUnits: 65_536,
  startAt: 'first-seen',
  retransmit: undefined,
  snapshot: undefined,
};

/** Sensible bounds for a retransmit server that a config merely names. */
export const defaultRetransmitPolicy: RetransmitPolicy = {
  maxUnitsPerRequest: 1000,
  attempts: 4,
  timeoutNs: 20 * MILLISECOND_NS,
  backoff: 2,
  budgetUnits: 1_000_000,
  budgetWindowNs: 10 * SECOND_NS,
  maxOutstanding: 8,
};

export const defaultSnapshotPolicy: SnapshotPolicy = { attempts: 2, timeoutNs: SECOND_NS };

/**
 * What is wrong with a config, in words; empty if nothing is.
 * The YAML schema checks the same at the user's line and column; this guards the library's entry point.
 */
export function arbiterConfigProblems(config: ArbiterConfig): string[] {
  const problems: string[] = [];
  const powerOfTwo = (n: number) => Number.isInteger(n) && n > 1 && n <= 1 << 20 && (n & (n - 1)) === 0;
  const lines = config.lines.length;
  if (lines < 1 || lines > MAX_LINES) problems.push(`a feed has 1 to ${MAX_LINES} lines, not ${lines}`);
  if (!Number.isInteger(config.activeLine) || config.activeLine < 0 || config.activeLine >= lines)
    problems.push(`activeLine ${config.activeLine} is not one of the ${lines} lines`);
  if (!powerOfTwo(config.windowUnits))
    problems.push(`windowUnits ${config.windowUnits} is not a power of two from 2 to 1,048,576`);
  if (!powerOfTwo(config.compareWindowUnits))
    problems.push(`compareWindowUnits ${config.compareWindowUnits} is not a power of two from 2 to 1,048,576`);
  const atLeastOne = ['holdOffCount', 'confirmPackets', 'maxForwardJump', 'lagUnits'] as const;
  for (const key of atLeastOne) if (!(config[key] >= 1)) problems.push(`${key} must be at least 1`);
  const times = ['holdOffNs', 'gapDeadlineNs', 'heartbeatNs', 'staleAfterNs', 'lagNs', 'minDwellNs'] as const;
  for (const key of times) if (!(config[key] > 0)) problems.push(`${key} must be above 0 ns`);
  if (!(config.maxDwellNs >= config.minDwellNs)) problems.push('maxDwellNs is below minDwellNs');
  if (!(config.holdBytes >= 65_536 * 2 && config.holdBytes <= 2 ** 30))
    problems.push('holdBytes must be 128 KiB to 1 GiB: two of the largest packets have to fit');
  return problems;
}
