import { setTimeout as sleep } from 'node:timers/promises';
import { Arbiter } from '../feed/arbiter.ts';
import { type ArbiterConfig, arbiterConfigProblems, defaultArbiterConfig } from '../feed/arbiter-config.ts';
import { EventNumber, type FeedEvent, FeedEventKind } from '../feed/events.ts';
import { feedCellCount } from '../feed/feed-counters.ts';
import { MalformedReason } from '../feed/framer.ts';
import type { FeedProtocol } from '../feed/protocol.ts';
import { type FeedSink, TimeCell, UnitCell } from '../feed/sink.ts';
import { feedProtocol } from '../venues/registry.ts';
import { parseAddress } from './addresses.ts';
import { readBareFile } from './bare-file.ts';
import { CaptureFile } from './capture-bytes.ts';
import { type CaptureScan, type CaptureStamp, scanCapture, stampDifferenceNs } from './capture-scan.ts';
import { LineTable } from './line-table.ts';
import { type HeldDatagram, OrderedDatagrams } from './ordered-datagrams.ts';
import { buildReplayReport, LostRanges, type ReplayReport } from './replay-report.ts';
import { UnitDigest } from './unit-digest.ts';

/** A line of a replayed feed. */
export interface ReplayLine {
  readonly name: string;
  /** Destination of its datagrams in the capture: group or unicast address; `0.0.0.0` takes any. */
  readonly address: string;
  readonly port: number;
  readonly expect?: 'live' | 'standby';
}

/** A feed to be replayed. */
export interface ReplayFeed {
  readonly name: string;
  /** A feed protocol, or the name of one that Warmline knows, for example `moldudp64`. */
  readonly protocol: string | FeedProtocol;
  readonly lines: readonly ReplayLine[];
  /**
   * How it is arbitrated, where that differs from the defaults (policy `first`, hold-off 1000 units or 5 ms). A capture
   * may be an excerpt with large holes, so a jump forward is believed up to a day's worth of units.
   */
  readonly arbitration?: Partial<Omit<ArbiterConfig, 'lines'>>;
}

/** What a replay tells its caller as it goes. Bytes and events are reused after the call: copy what you keep. */
export interface ReplayListener {
  /** A unit was delivered. `id` is its number, `rxNs` the capture stamp of the delivered copy, from the replay's base. */
  onUnit?(
    feed: number,
    id: number,
    rxNs: number,
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
  ): void;
  /** Something other than a unit happened. */
  onEvent?(feed: number, event: FeedEvent): void;
  /** Capture time, in ns from the replay's base, before the packet of that time is shown. */
  onTime?(nowNs: number): void;
}

export interface ReplayOptions extends ReplayListener {
  readonly feeds: readonly ReplayFeed[];
  /** Paths of the captures; their datagrams are taken in order of their stamps across all of them. */
  readonly files: readonly (string | CaptureFile)[];
  /** `max` (default), or `real`: paced by the capture stamps. The result is the same. */
  readonly speed?: 'max' | 'real';
  /** Bytes of the files taken in this pass, and of all; the first pass measures, the second replays. */
  readonly onProgress?: (pass: 'measure' | 'replay', bytesTaken: number, bytesTotal: number) => void;
}

/** What a replay found. */
export interface ReplayOutcome {
  /** One for each feed, in the order in which they were given. */
  readonly reports: readonly ReplayReport[];
  /** What each file held. */
  readonly scans: readonly CaptureScan[];
  /** Stamps of the first and the last datagram of the lines. */
  readonly earliest: CaptureStamp;
  readonly latest: CaptureStamp;
}

/** A replay that can't be: what was wrong with what was asked, and what to do. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** More units than any feed numbers in a day. */
const MAX_FORWARD_JUMP = 1_000_000_000;
/** The largest hold window that an arbiter takes, and what a unit in it is reckoned to need. */
const MAX_WINDOW_UNITS = 1 << 20;
const HELD_UNIT_BYTES = 512;
/** Other feeds hear of the time passing at least this often while one of them is busy. */
const TIME_STEP_NS = 1_000_000;
/** The protocol whose packets may stand in a file by themselves. */
const BARE_PROTOCOL = 'moldudp64';
const NANOSECONDS_PER_SECOND = 1_000_000_000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
/** With `--speed real`, waits shorter than this are not worth a timer. */
const SHORTEST_WAIT_MS = 1;
const MOST_DESTINATIONS_NAMED = 12;

/** One feed being replayed: its arbiter, and what is kept of what that says. */
class FeedRun implements FeedSink {
  readonly arbiter: Arbiter;
  readonly cells: Float64Array;
  readonly lost = new LostRanges();
  readonly #index: number;
  readonly #feed: ReplayFeed;
  readonly #listener: ReplayListener;
  readonly #digest = new UnitDigest();
  #firstId: number | null = null;
  /** Last number declared lost in the current session: beyond the last one delivered if the tail was lost. */
  #lastLostId = 0;

  constructor(index: number, feed: ReplayFeed, listener: ReplayListener) {
    this.#index = index;
    this.#feed = feed;
    this.#listener = listener;
    const config = roomForHoldOff({
      ...defaultArbiterConfig,
      maxForwardJump: MAX_FORWARD_JUMP,
      ...feed.arbitration,
      lines: feed.lines.map(({ name, expect = 'live' }) => ({ name, expect })),
      // A capture answers no requests, and its stream starts at the first number in it.
      retransmit: undefined,
      snapshot: undefined,
      startAt: 'first-seen',
    });
    const problems = arbiterConfigProblems(config);
    if (problems.length > 0) throw new ReplayError(`feed ${feed.name}: ${problems.join('; ')}`);
    this.cells = new Float64Array(feedCellCount(feed.lines.length));
    this.arbiter = new Arbiter(config, resolveProtocol(feed).createFramer(), this, this.cells);
  }

  onUnit(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const id = this.arbiter.unit[UnitCell.id];
    this.#digest.add(bytes, offset, length);
    this.#listener.onUnit?.(this.#index, id, this.arbiter.unit[UnitCell.rxNs], bytes, view, offset, length);
  }

  onEvent(event: FeedEvent): void {
    if (event.kind === FeedEventKind.gapLost) {
      this.lost.add(event.numbers[EventNumber.from], event.numbers[EventNumber.to]);
      this.#lastLostId = event.numbers[EventNumber.to];
    } else if (event.kind === FeedEventKind.sessionChanged) {
      this.#lastLostId = 0;
    } else if (event.kind === FeedEventKind.started) {
      this.#firstId ??= event.numbers[EventNumber.from];
    }
    this.#listener.onEvent?.(this.#index, event);
  }

  report(): ReplayReport {
    const names = this.#feed.lines.map((line) => line.name);
    return buildReplayReport(
      this.#feed.name,
      names,
      this.cells,
      this.#firstId,
      this.#lastLostId,
      this.lost.ranges,
      this.#digest.hex(),
    );
  }
}

/**
 * Replays captures through the arbiter that serves live traffic. Datagrams are taken in order of their capture stamps,
 * which are also the arbiter's clock; their destination selects the line. The same input gives the same outcome.
 *
 * @throws {ReplayError} if the request makes no sense, a file is not there or is no capture, or no datagram belongs to
 * any line
 */
export async function replayCapture(options: ReplayOptions): Promise<ReplayOutcome> {
  const { feeds, onProgress } = options;
  checkFeeds(feeds);
  if (options.files.length === 0) throw new ReplayError('no capture was given');
  const slots = feeds.flatMap((feed, index) =>
    feed.lines.map((line, source) => ({ feed: index, source, line, name: `${feed.name} line ${line.name}` })),
  );
  const lines = new LineTable(slots.map((slot) => slot.line));
  const files: CaptureFile[] = [];
  for (const given of options.files) {
    const file = typeof given === 'string' ? await findFile(given) : given;
    files.push((await bareFile(file, feeds)) ?? file);
  }
  const total = files.reduce((sum, file) => sum + file.size, 0);

  const scans: CaptureScan[] = [];
  let scanned = 0;
  for (const file of files) {
    const scan = await scanCapture(file, lines, slots.length, (taken) =>
      onProgress?.('measure', scanned + taken, total),
    );
    scanned += file.size;
    if (scan.tally.frames === 0 && scan.damage !== undefined) {
      throw new ReplayError(`${file.path} can't be replayed: ${scan.damage}`);
    }
    scans.push(scan);
  }
  const span = spanOf(scans);
  if (span === undefined) throw new ReplayError(describeNoMatch(slots, scans));

  // Stamps count from the second before the first packet's: never zero, which elsewhere means "never".
  const baseSeconds = span.first.seconds - 1;
  const runs = feeds.map((feed, index) => new FeedRun(index, feed, options));
  const datagrams = new OrderedDatagrams(scans, lines);
  const startedMs = performance.now();
  let lastStepNs = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      const datagram = datagrams.next();
      if (datagram === undefined) {
        if (!(await datagrams.readMore())) break;
        onProgress?.('replay', datagrams.bytesTaken, total);
        continue;
      }
      if (options.speed === 'real') await waitFor(datagram, span.earliest, startedMs);
      const stampNs = (datagram.seconds - baseSeconds) * NANOSECONDS_PER_SECOND + datagram.nanoseconds;
      const slot = slots[datagram.line];
      const run = runs[slot.feed];
      options.onTime?.(stampNs);
      if (runs.length > 1 && stampNs - lastStepNs >= TIME_STEP_NS) {
        lastStepNs = stampNs;
        for (const other of runs) if (other !== run) tellTime(other, stampNs);
      }
      tellTime(run, stampNs);
      show(run, slot.source, stampNs, datagram);
    }
  } finally {
    await datagrams.close();
  }
  for (const run of runs) run.arbiter.end();
  return { reports: runs.map((run) => run.report()), scans, earliest: span.earliest, latest: span.latest };
}

/**
 * The hold-off is the whole ladder of a replay, so nothing else may end it sooner: neither the deadline for the ladder
 * nor a hold window too small for the units that may wait.
 */
function roomForHoldOff(config: ArbiterConfig): ArbiterConfig {
  const { holdOffNs, holdOffCount } = config;
  let { windowUnits } = config;
  while (windowUnits < holdOffCount * 2 && windowUnits < MAX_WINDOW_UNITS) windowUnits *= 2;
  return {
    ...config,
    gapDeadlineNs: Math.max(config.gapDeadlineNs, holdOffNs),
    windowUnits,
    holdBytes: Math.max(config.holdBytes, Math.min(holdOffCount, windowUnits) * HELD_UNIT_BYTES),
  };
}

async function findFile(path: string): Promise<CaptureFile> {
  try {
    return await CaptureFile.find(path);
  } catch (error) {
    throw new ReplayError((error as Error).message, { cause: error });
  }
}

/** A file without network headers belongs to the first line of the sole feed. */
async function bareFile(file: CaptureFile, feeds: readonly ReplayFeed[]): Promise<CaptureFile | undefined> {
  const [{ lines }] = feeds;
  const speaks = resolveProtocol(feeds[0]).createFramer().protocol;
  if (feeds.length > 1 || lines.length === 0 || speaks !== BARE_PROTOCOL) return undefined;
  return await readBareFile(file, lines[0]);
}

function tellTime(run: FeedRun, nowNs: number): void {
  run.arbiter.time[TimeCell.nowNs] = nowNs;
  run.arbiter.onTime();
}

function show(run: FeedRun, source: number, stampNs: number, datagram: HeldDatagram): void {
  run.arbiter.time[TimeCell.rxNs] = stampNs;
  if (datagram.truncated) run.arbiter.onMalformed(source, MalformedReason.truncated);
  else run.arbiter.onPacket(source, datagram.bytes, datagram.view, datagram.offset, datagram.length);
}

async function waitFor(datagram: HeldDatagram, start: CaptureStamp, startedMs: number): Promise<void> {
  const dueMs = startedMs + stampDifferenceNs(datagram, start) / NANOSECONDS_PER_MILLISECOND;
  const waitMs = dueMs - performance.now();
  if (waitMs >= SHORTEST_WAIT_MS) await sleep(waitMs);
}

function resolveProtocol(feed: ReplayFeed): FeedProtocol {
  if (typeof feed.protocol !== 'string') return feed.protocol;
  try {
    return feedProtocol(feed.protocol);
  } catch (error) {
    throw new ReplayError(`feed ${feed.name}: ${(error as Error).message}`, { cause: error });
  }
}

function checkFeeds(feeds: readonly ReplayFeed[]): void {
  if (feeds.length === 0) throw new ReplayError('no feed was given');
  const destinations = new Map<string, string>();
  const feedNames = new Set<string>();
  for (const feed of feeds) {
    if (feedNames.has(feed.name)) throw new ReplayError(`two feeds are called ${feed.name}`);
    feedNames.add(feed.name);
    resolveProtocol(feed);
    const lineNames = new Set<string>();
    for (const line of feed.lines) {
      if (parseAddress(line.address) === undefined) {
        throw new ReplayError(`feed ${feed.name} line ${line.name}: "${line.address}" is not an IP address`);
      }
      if (lineNames.has(line.name)) throw new ReplayError(`feed ${feed.name} has two lines called ${line.name}`);
      lineNames.add(line.name);
      const name = `feed ${feed.name} line ${line.name}`;
      const destination = `${line.address}:${line.port}`;
      const taken = destinations.get(destination);
      if (taken !== undefined) throw new ReplayError(`${taken} and ${name} both have ${destination}`);
      destinations.set(destination, name);
    }
  }
}

interface Span {
  /** Of the first datagram in the first file that has one: what stamps are counted from. */
  readonly first: CaptureStamp;
  readonly earliest: CaptureStamp;
  readonly latest: CaptureStamp;
}

function spanOf(scans: readonly CaptureScan[]): Span | undefined {
  let span: Span | undefined;
  for (const { first, earliest, latest } of scans) {
    if (first === undefined || earliest === undefined || latest === undefined) continue;
    if (span === undefined) span = { first, earliest, latest };
    else {
      span = {
        first: span.first,
        earliest: stampDifferenceNs(earliest, span.earliest) < 0 ? earliest : span.earliest,
        latest: stampDifferenceNs(latest, span.latest) > 0 ? latest : span.latest,
      };
    }
  }
  return span;
}

/** UDP destinations of all files with how many datagrams went there, most frequent first. */
export function destinationsSeen(scans: readonly CaptureScan[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const scan of scans) {
    for (const [destination, count] of scan.destinations) sums.set(destination, (sums.get(destination) ?? 0) + count);
  }
  return [...sums].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
}

function describeNoMatch(slots: readonly { name: string; line: ReplayLine }[], scans: readonly CaptureScan[]): string {
  const wanted = slots.map(({ name, line }) => `  ${line.address}:${line.port}  ${name}`);
  const seen = destinationsSeen(scans);
  const text = ['no packet of the captures belongs to a line. Lines look for:', ...wanted];
  if (seen.length === 0) {
    const frames = scans.reduce((sum, scan) => sum + scan.tally.frames, 0);
    text.push(`The captures hold no UDP datagram (${frames} frames of other kinds).`);
    return text.join('\n');
  }
  text.push('The captures hold datagrams to:');
  for (const [destination, count] of seen.slice(0, MOST_DESTINATIONS_NAMED)) text.push(`  ${destination}  ${count}`);
  if (seen.length > MOST_DESTINATIONS_NAMED) text.push(`  and ${seen.length - MOST_DESTINATIONS_NAMED} others`);
  return text.join('\n');
}
