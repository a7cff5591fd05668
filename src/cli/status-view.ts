import {
  formatCount,
  formatNs,
  formatRate,
  formatShare,
  formatShort,
  formatTimeOfDay,
  formatUptime,
} from '../status/quantities.ts';
import type {
  BookView,
  EventView,
  FeedView,
  LatencyView,
  LineView,
  StatusModel,
  Tone,
} from '../status/status-model.ts';
import {
  beside,
  clipLine,
  type FrameLine,
  frameText,
  lineWidth,
  type Piece,
  piece,
  type Style,
  spread,
  table,
} from './status-frame.ts';
import { ordersBlock, ordersLine, ordersSummary, positionTable } from './status-orders.ts';

/** Draws a {@link StatusModel}: the same model, width and height give the same frame. */

const INDENT = 2;
/** Columns between two tables that stand beside each other. */
const GUTTER = 4;
const SEPARATOR = ' · ';
/** Widths of `12.3 µs`, `20.0k/s` and `1.23M`. */
const TIME_WIDTH = 7;
const RATE_WIDTH = 7;
const COUNT_WIDTH = 5;
/** Least columns and lines that a frame is drawn for. */
const MIN_WIDTH = 20;
const MIN_HEIGHT = 3;

const STATUS_STYLES: Readonly<Record<FeedView['status'], Style>> = {
  live: 'good',
  recovering: 'warning',
  stale: 'bad',
  down: 'bad',
};
const HEALTH_STYLES: Readonly<Record<LineView['health'], Style>> = {
  live: 'good',
  silent: 'dim',
  lagging: 'warning',
  stale: 'bad',
  failed: 'bad',
};
const TONE_STYLES: Readonly<Record<Tone, Style | undefined>> = {
  good: 'good',
  plain: undefined,
  warning: 'warning',
  bad: 'bad',
};

/** The model as a frame of lines, none wider than `width`, not more than `height` of them. */
export function layOutStatus(model: StatusModel, width: number, height: number): FrameLine[] {
  const columns = Math.max(MIN_WIDTH, width);
  const rows = Math.max(MIN_HEIGHT, height);
  const sections = fitToHeight(sectionsOf(model, columns), rows);
  const lines: FrameLine[] = [];
  for (const section of sections) {
    if (section.lines.length === 0) continue;
    if (lines.length > 0 && section.apart) lines.push([]);
    lines.push(...section.lines);
  }
  return lines.slice(0, rows).map((line) => clipLine(line, columns));
}

/** The model as text for a terminal of `width` columns and `height` lines; lines are joined by `\n`. */
export function renderStatus(model: StatusModel, width: number, height: number, colour: boolean): string {
  return frameText(layOutStatus(model, width, height), colour);
}

interface Section {
  readonly name:
    | 'header'
    | 'troubles'
    | 'notes'
    | 'feeds'
    | 'orders'
    | 'positions'
    | 'books'
    | 'latency'
    | 'strategies'
    | 'threads'
    | 'events'
    | 'keys';
  lines: FrameLine[];
  /** A blank line before it. */
  apart: boolean;
  /**
   * Events only, a flag for each line: where there is no room, lines go from the front and flagged ones first. Lines of
   * other sections go from the back.
   */
  readonly routine?: boolean[];
}

/** Where lines are saved first: down to so many lines of a section (a table's title is one of them). */
const SAVINGS: ReadonlyArray<readonly [name: Section['name'] | 'blank lines', least: number]> = [
  ['events', 6],
  ['notes', 1],
  ['threads', 0],
  ['strategies', 0],
  ['events', 4],
  ['blank lines', 0],
  ['books', 3],
  ['positions', 4],
  ['events', 2],
  ['books', 0],
  ['notes', 0],
  ['latency', 0],
  ['positions', 0],
  ['events', 0],
  ['keys', 0],
];

function heightOf(sections: readonly Section[]): number {
  let height = 0;
  for (const { lines, apart } of sections) if (lines.length > 0) height += lines.length + (apart && height > 0 ? 1 : 0);
  return height;
}

function fitToHeight(sections: Section[], height: number): Section[] {
  for (const [name, least] of SAVINGS) {
    if (name === 'blank lines') {
      for (const section of sections.toReversed()) if (heightOf(sections) > height) section.apart = false;
      continue;
    }
    const section = sections.find((one) => one.name === name);
    if (section === undefined) continue;
    while (heightOf(sections) > height && section.lines.length > least) {
      if (section.routine !== undefined) {
        const first = Math.max(0, section.routine.indexOf(true));
        section.routine.splice(first, 1);
        section.lines.splice(first, 1);
      } else {
        // A table's title without a row says nothing.
        section.lines.splice(section.lines.length === 2 ? -2 : -1);
      }
    }
  }
  return sections;
}

function sectionsOf(model: StatusModel, width: number): Section[] {
  const books = bookTable(model, width);
  const latency = latencyTable(model.latencies, width);
  const strategies = strategyTable(model, width);
  const threads = threadTable(model, width);
  const [left, right] = sideBySide(books, latency, width);
  const [lowerLeft, lowerRight] = sideBySide(strategies, threads, width);
  const section = (name: Section['name'], lines: FrameLine[], apart = true, routine?: boolean[]) => ({
    name,
    lines,
    apart,
    routine,
  });
  return [
    section('header', [header(model, width)]),
    section('troubles', troubles(model), false),
    section('notes', notes(model), false),
    section(
      'feeds',
      model.feeds.flatMap((feed, i) => [...(i > 0 ? [[]] : []), ...feedBlock(feed, width)]),
    ),
    ...(model.orders === undefined
      ? []
      : [
          section('orders', ordersBlock(model.orders, width)),
          section('positions', positionTable(model.orders, width)),
        ]),
    section('books', left),
    section('latency', right),
    section('strategies', lowerLeft),
    section('threads', lowerRight),
    section('events', eventLines(model.events, model.feeds.length > 1), true, model.events.map(isRoutine)),
    section('keys', keyLines(model, width)),
  ];
}

/** Both tables in the first place where they fit beside each other, else each in its own. */
function sideBySide(left: FrameLine[], right: FrameLine[], width: number): [FrameLine[], FrameLine[]] {
  if (left.length === 0 || right.length === 0) return [left, right];
  const together = beside([left, right], GUTTER - INDENT);
  return together.every((line) => lineWidth(line) <= width) ? [together, []] : [left, right];
}

function header(model: StatusModel, width: number): FrameLine {
  const how = [model.layout, model.idle, model.io].join(SEPARATOR);
  const left = [piece(`warmline ${model.version}`, 'title'), piece(SEPARATOR, 'dim'), piece(model.venue, 'strong')];
  const right = [piece(how), piece(`${SEPARATOR}up ${formatUptime(model.upNs)}`, 'dim')];
  const both = spread(left, right, width);
  return both.length > left.length ? both : [...left, piece(SEPARATOR, 'dim'), ...right];
}

function troubles(model: StatusModel): FrameLine[] {
  return (model.troubles ?? []).map((trouble) => [piece('  '), piece(trouble, 'bad')]);
}

function notes(model: StatusModel): FrameLine[] {
  return model.notes.map((note) => [piece('  '), piece(note, 'dim')]);
}

/** Groups of pieces joined by separators, on as many lines as the width asks for. */
function wrap(groups: ReadonlyArray<readonly Piece[]>, width: number, separator = SEPARATOR): FrameLine[] {
  const lines: Piece[][] = [];
  const indent = piece(' '.repeat(INDENT));
  for (const group of groups) {
    const last = lines.at(-1);
    if (last !== undefined && lineWidth(last) + separator.length + lineWidth(group) <= width)
      last.push(piece(separator, 'dim'), ...group);
    else lines.push([indent, ...group]);
  }
  return lines;
}

function quantity(label: string, n: number, style?: Style): Piece[] {
  return [piece(`${label} `, 'label'), piece(formatCount(n), n > 0 ? style : undefined)];
}

function feedBlock(feed: FeedView, width: number): FrameLine[] {
  const { status } = feed;
  const why = feed.reason === '' ? '' : `: ${feed.reason}`;
  const left = [
    piece(feed.name, 'strong'),
    piece('  '),
    piece(status.toUpperCase(), STATUS_STYLES[status]),
    piece(Number.isNaN(feed.sinceNs) ? why : `${why} for ${formatUptime(feed.sinceNs)}`),
  ];
  const policy = feed.policy === 'first' ? 'first copy wins' : `sticky, ${feed.activeLine ?? '?'} leads`;
  const right = [
    piece(policy),
    piece(SEPARATOR, 'dim'),
    piece(formatRate(feed.deliveredPerSecond), 'strong'),
    piece(SEPARATOR, 'dim'),
    piece(`at ${formatCount(feed.lastId)}`),
  ];
  const title = spread(left, right, width);
  const { filled } = feed;
  const open =
    feed.openGaps > 0
      ? piece(` (${formatCount(feed.openGaps)} open, ${formatCount(feed.openGapUnits)} units)`, 'warning')
      : piece(' (none open)', 'dim');
  const facts: Piece[][] = [
    quantity('delivered', feed.delivered),
    [...quantity('gaps', feed.gaps), open],
    [
      piece('filled ', 'label'),
      piece(`${formatCount(filled.otherLine)} other line, ${formatCount(filled.retransmit)} retransmit, `),
      piece(`${formatCount(filled.snapshot)} snapshot`),
    ],
    quantity('lost', feed.lost, 'bad'),
  ];
  if (feed.policy === 'sticky') facts.push(quantity('switches', feed.switches, 'warning'));
  if (feed.disagreements > 0) facts.push(quantity('disagreements', feed.disagreements, 'bad'));
  if (feed.refused > 0) facts.push(quantity('refused packets', feed.refused, 'warning'));
  const missing = feed.lines.filter((line) => line.redundancyLost).map((line) => line.name);
  const alert: FrameLine[] =
    missing.length === 0
      ? []
      : [[piece('  '), piece(`REDUNDANCY LOST: ${missing.join(', ')} expected live, not heard`, 'bad')]];
  return [
    title,
    ...(title === left ? wrap([right], width) : []),
    ...wrap(facts, width),
    ...alert,
    ...lineTable(feed, width),
  ];
}

function lineTable(feed: FeedView, width: number): FrameLine[] {
  const alarming = (n: number, style: Style): Piece => piece(formatShort(n), n > 0 ? style : undefined);
  const rows = feed.lines.map((line) => [
    piece(feed.policy === 'sticky' && line.name === feed.activeLine ? `${line.name} *` : line.name, 'strong'),
    piece(line.health, line.redundancyLost ? 'bad' : HEALTH_STYLES[line.health]),
    piece(formatRate(line.perSecond)),
    piece(formatShare(line.wonShare)),
    piece(formatNs(line.wonByP50Ns)),
    piece(formatNs(line.wonByP99Ns)),
    piece(formatShort(line.duplicates)),
    alarming(line.late, 'warning'),
    alarming(line.lost, 'warning'),
    alarming(line.malformed, 'bad'),
    alarming(line.kernelDrops, 'bad'),
    piece(formatNs(line.heardAgoNs)),
  ]);
  return table(
    [
      { title: 'line', align: 'left' },
      { title: 'health', align: 'left', least: 'lagging'.length },
      { title: 'rate', align: 'right', least: RATE_WIDTH },
      { title: 'won', align: 'right', least: '>99%'.length },
      { title: 'by p50', align: 'right', least: TIME_WIDTH },
      { title: 'p99', align: 'right', drop: 1, least: TIME_WIDTH },
      { title: 'dup', align: 'right', drop: 2, least: COUNT_WIDTH },
      { title: 'late', align: 'right', drop: 3 },
      { title: 'lost', align: 'right' },
      { title: 'bad', align: 'right', drop: 4 },
      { title: 'drops', align: 'right' },
      { title: 'heard', align: 'right', drop: 5, least: TIME_WIDTH },
    ],
    rows,
    width,
    INDENT,
  );
}

/** Decimals that show each of these prices exactly, between two and four. */
function decimalsOf(books: readonly BookView[]): number {
  const exact = (price: number, decimals: number) =>
    !Number.isFinite(price) || Math.abs(price - Number(price.toFixed(decimals))) < 1e-9;
  return [2, 3].find((decimals) => books.every((one) => exact(one.bid, decimals) && exact(one.ask, decimals))) ?? 4;
}

function bookTable(model: StatusModel, width: number): FrameLine[] {
  const books = model.feeds.flatMap((feed) => feed.books);
  if (books.length === 0) return [];
  const decimals = decimalsOf(books);
  const price = (n: number, style: Style) => piece(Number.isFinite(n) ? n.toFixed(decimals) : '-', style);
  const rows = books.map((one) => [
    piece(one.symbol, 'strong'),
    piece(formatShort(one.bidSize)),
    price(one.bid, 'good'),
    price(one.ask, 'warning'),
    piece(formatShort(one.askSize)),
  ]);
  const column = (title: string) => ({ title, align: 'right' as const, least: COUNT_WIDTH });
  return table(
    [{ title: 'book', align: 'left' }, column('size'), column('bid'), column('ask'), column('size')],
    rows,
    width,
    INDENT,
  );
}

function latencyTable(latencies: readonly LatencyView[], width: number): FrameLine[] {
  if (latencies.length === 0) return [];
  const rows = latencies.map((one) => [
    piece(one.name),
    piece(formatNs(one.p50Ns), 'strong'),
    piece(formatNs(one.p90Ns)),
    piece(formatNs(one.p99Ns)),
    piece(formatNs(one.p999Ns)),
    piece(formatNs(one.maxNs)),
  ]);
  const column = (title: string, drop = 0) => ({ title, align: 'right' as const, drop, least: TIME_WIDTH });
  return table(
    [
      { title: 'latency', align: 'left' },
      column('p50'),
      column('p90', 2),
      column('p99'),
      column('p99.9', 1),
      column('max'),
    ],
    rows,
    width,
    INDENT,
  );
}

function strategyTable(model: StatusModel, width: number): FrameLine[] {
  if (model.strategies.length === 0) return [];
  const rows = model.strategies.map((one) => [
    piece(one.name, 'strong'),
    piece(one.state, one.state === 'running' ? 'good' : 'bad'),
    piece(formatRate(one.perSecond)),
    piece(formatShort(one.messages)),
    piece(formatShort(one.lapped), one.lapped > 0 ? 'warning' : undefined),
    piece(formatShort(one.restarts), one.restarts > 0 ? 'warning' : undefined),
  ]);
  const column = (title: string, drop = 0) => ({ title, align: 'right' as const, drop });
  return table(
    [
      { title: 'strategy', align: 'left' },
      { title: 'state', align: 'left' },
      { ...column('rate'), least: RATE_WIDTH },
      column('messages', 1),
      column('lapped'),
      column('restarts', 2),
    ],
    rows,
    width,
    INDENT,
  );
}

function threadTable(model: StatusModel, width: number): FrameLine[] {
  if (model.threads.length === 0) return [];
  const rows = model.threads.map((one) => [
    piece(one.name, 'strong'),
    piece(one.core < 0 ? '-' : String(one.core)),
    piece(one.spins === true ? 'spins' : formatShare(one.busy)),
    piece(formatNs(one.longestTurnNs)),
    piece(formatShort(one.stalls), one.stalls > 0 ? 'warning' : undefined),
    piece(formatShort(one.collections), one.collections > 0 ? 'warning' : undefined),
  ]);
  const column = (title: string, drop = 0) => ({ title, align: 'right' as const, drop });
  return table(
    [
      { title: 'thread', align: 'left' },
      column('core'),
      column('busy'),
      column('longest turn', 1),
      column('stalls'),
      column('GC'),
    ],
    rows,
    width,
    INDENT,
  );
}

/** What happened, with its evidence and both of its times. */
function eventText(event: EventView): string {
  const parts = [event.text];
  if (Number.isFinite(event.windowNs)) parts.push(`detected in ${formatNs(event.windowNs)}`);
  if (Number.isFinite(event.tookNs)) parts.push(`done in ${formatNs(event.tookNs)}`);
  return parts.join(SEPARATOR);
}

function eventLines(events: readonly EventView[], withFeed: boolean): FrameLine[] {
  const whatWidth = Math.max(0, ...events.map((event) => event.what.length));
  const feedWidth = withFeed ? Math.max(0, ...events.map((event) => event.feed.length)) : 0;
  return events.map((event) => [
    piece(`  ${formatTimeOfDay(event.utcMs)}  `, 'dim'),
    ...(withFeed ? [piece(`${event.feed.padEnd(feedWidth)}  `)] : []),
    piece(`${event.what.padEnd(whatWidth)}  `, TONE_STYLES[event.tone]),
    piece(eventText(event)),
  ]);
}

/** What happens all day on a lossy line; its sums stand in the feed's lines. */
const ROUTINE = new Set(['gap', 'filled', 'ask']);

function isRoutine(event: EventView): boolean {
  return ROUTINE.has(event.what);
}

function keyLines(model: StatusModel, width: number): FrameLine[] {
  const groups = model.keys.map(({ key, does }) => [piece(key, 'key'), piece(` ${does}`, 'dim')]);
  return wrap(groups, width, '   ');
}

/** The model as one line, for a pipe that gets one each second. */
export function renderLine(model: StatusModel): string {
  const parts = [formatUptime(model.upNs)];
  for (const feed of model.feeds) {
    const why = feed.reason === '' ? '' : ` (${feed.reason})`;
    const leads = feed.policy === 'sticky' ? ` on ${feed.activeLine ?? '?'}` : '';
    const lines = feed.lines.map(
      (line) => `${line.name} ${line.health} ${formatRate(line.perSecond)} won ${formatShare(line.wonShare)}`,
    );
    const filled = feed.filled.otherLine + feed.filled.retransmit + feed.filled.snapshot;
    parts.push(
      `${feed.name} ${feed.status}${why}${leads} ${formatRate(feed.deliveredPerSecond)} at ${feed.lastId}`,
      ...lines,
      `gaps ${feed.gaps} (${feed.openGaps} open) filled ${filled} lost ${feed.lost}`,
    );
    if (feed.policy === 'sticky') parts.push(`switches ${feed.switches}`);
    if (feed.lines.some((line) => line.redundancyLost)) parts.push('REDUNDANCY LOST');
  }
  if (model.orders !== undefined) parts.push(...ordersLine(model.orders));
  for (const one of model.latencies)
    parts.push(`${one.name} p50 ${formatNs(one.p50Ns)} p99 ${formatNs(one.p99Ns)} max ${formatNs(one.maxNs)}`);
  return [...parts, ...(model.troubles ?? [])].join(' | ');
}

/** What a whole run amounted to, for its end: several lines, the last with its line end. */
export function renderSummary(model: StatusModel): string {
  const out = [
    `warmline ${model.version}: ${model.venue} ran ${formatUptime(model.upNs)} (${model.layout}, ${model.idle}, ${model.io})`,
  ];
  for (const feed of model.feeds) {
    const { filled } = feed;
    out.push(
      `  ${feed.name}: ${formatCount(feed.delivered)} units delivered, the last ${formatCount(feed.lastId)}; ${feed.status}${feed.reason === '' ? '' : ` (${feed.reason})`}`,
      `    gaps ${formatCount(feed.gaps)}: filled ${formatCount(filled.otherLine)} by another line, ${formatCount(filled.retransmit)} by retransmit, ${formatCount(filled.snapshot)} by snapshot; lost ${formatCount(feed.lost)}; open ${formatCount(feed.openGaps)}`,
    );
    if (feed.policy === 'sticky')
      out.push(`    switches ${formatCount(feed.switches)}, ${feed.activeLine ?? '?'} leads`);
    for (const line of feed.lines)
      out.push(
        `    line ${line.name}: ${line.health}, won ${formatShare(line.wonShare)} by ${formatNs(line.wonByP50Ns)} (p50), ${formatNs(line.wonByP99Ns)} (p99)`,
        `      duplicates ${formatCount(line.duplicates)}, late ${formatCount(line.late)}, lost ${formatCount(line.lost)}, malformed ${formatCount(line.malformed)}, kernel drops ${formatCount(line.kernelDrops)}`,
      );
  }
  if (model.orders !== undefined) out.push(...ordersSummary(model.orders));
  for (const one of model.strategies)
    out.push(
      `  strategy ${one.name}: ${one.state}, ${formatCount(one.messages)} messages, lapped ${formatCount(one.lapped)}, restarts ${formatCount(one.restarts)}`,
    );
  for (const one of model.latencies)
    out.push(
      `  ${one.name}: p50 ${formatNs(one.p50Ns)}, p90 ${formatNs(one.p90Ns)}, p99 ${formatNs(one.p99Ns)}, p99.9 ${formatNs(one.p999Ns)}, max ${formatNs(one.maxNs)} over ${formatCount(one.count)}`,
    );
  return `${out.join('\n')}\n`;
}
