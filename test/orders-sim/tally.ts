import { Doubt, RESOLUTIONS, VenueEvidence } from '../../src/order/resolution-table.ts';
import type { HistoryResult } from './history.ts';
import { FAULT_NAMES } from './random-faults.ts';

/** A full run must have met everything so often. */
export const LEAST_HITS = 100;
/** Fewer histories than this are a slice, from which nobody expects every rare thing. */
export const FULL_RUN = 100_000;
const MOST_FAILURES = 20;

export interface Failure {
  readonly seed: number;
  readonly wrong: readonly string[];
}

/** What many histories came to. Structured-cloneable, and two of them add up. */
export interface Tally {
  histories: number;
  orders: number;
  inFlight: number;
  deaths: number;
  endings: Record<string, number>;
  readonly rows: number[];
  readonly faults: number[];
  failed: number;
  failures: Failure[];
}

export function emptyTally(): Tally {
  return {
    histories: 0,
    orders: 0,
    inFlight: 0,
    deaths: 0,
    endings: {},
    rows: new Array<number>(RESOLUTIONS.length).fill(0),
    faults: new Array<number>(FAULT_NAMES.length).fill(0),
    failed: 0,
    failures: [],
  };
}

export function addResult(tally: Tally, result: HistoryResult): void {
  tally.histories++;
  tally.orders += result.orders;
  tally.inFlight += result.inFlight;
  tally.deaths += result.deaths;
  tally.endings[result.ending] = (tally.endings[result.ending] ?? 0) + 1;
  result.rows.forEach((hits, row) => {
    tally.rows[row] += hits;
  });
  result.faults.forEach((hits, fault) => {
    tally.faults[fault] += hits;
  });
  if (result.wrong.length > 0) fail(tally, { seed: result.seed, wrong: result.wrong });
}

export function addTally(tally: Tally, other: Tally): void {
  tally.histories += other.histories;
  tally.orders += other.orders;
  tally.inFlight += other.inFlight;
  tally.deaths += other.deaths;
  for (const [ending, count] of Object.entries(other.endings)) {
    tally.endings[ending] = (tally.endings[ending] ?? 0) + count;
  }
  other.rows.forEach((hits, row) => {
    tally.rows[row] += hits;
  });
  other.faults.forEach((hits, fault) => {
    tally.faults[fault] += hits;
  });
  const before = tally.failed;
  for (const failure of other.failures) fail(tally, failure);
  tally.failed = before + other.failed;
}

export function fail(tally: Tally, failure: Failure): void {
  tally.failed++;
  if (tally.failures.length < MOST_FAILURES) tally.failures.push(failure);
}

/** Rows and faults that were met too seldom for a full run, in words. */
export function rarities(tally: Tally, least = LEAST_HITS): string[] {
  const rows = tally.rows.flatMap((hits, row) => (hits < least ? [`row ${row} (${rowName(row)}): ${hits}`] : []));
  const faults = tally.faults.flatMap((hits, fault) => (hits < least ? [`${FAULT_NAMES[fault]}: ${hits}`] : []));
  return [...rows, ...faults];
}

/** `entered, never arrived`: our state and the venue's evidence, as the table has them. */
export function rowName(row: number): string {
  const { doubt, evidence } = RESOLUTIONS[row];
  return `${nameOf(Doubt, doubt)} × ${nameOf(VenueEvidence, evidence)}`;
}

/** The summary as people read it. */
export function describeTally(tally: Tally, seconds: number): string {
  const { histories, orders, inFlight, deaths, endings, failed } = tally;
  const ends = Object.entries(endings).map(([ending, count]) => `${count} ${ending}`);
  const lines = [
    `${histories} histories in ${seconds.toFixed(1)} s: ${orders} orders, ${sum(tally.faults)} faults (${inFlight} while orders were unanswered), ${deaths} deaths of the process`,
    `ends: ${ends.join(', ')}`,
    '',
    'rows of the resolution table:',
    ...tally.rows.map((hits, row) => `${String(hits).padStart(10)}  ${String(row).padStart(2)}  ${rowName(row)}`),
    '',
    'faults:',
    ...tally.faults.map((hits, fault) => `${String(hits).padStart(10)}  ${FAULT_NAMES[fault]}`),
    '',
    failed === 0 ? 'no failure' : `${failed} FAILED`,
  ];
  for (const { seed, wrong } of tally.failures) {
    lines.push(`seed ${seed}: ${wrong.join('; ')}`, `  again: npm run sim:orders -- --only ${seed} --trace`);
  }
  return lines.join('\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(codes).find((name) => codes[name] === code) ?? String(code);
}
