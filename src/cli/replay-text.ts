import { basename } from 'node:path';
import type { CaptureScan, CaptureStamp } from '../capture/capture-scan.ts';
import { stampDifferenceNs } from '../capture/capture-scan.ts';
import { DecodeResult } from '../capture/link-layer.ts';
import type { ReplayOutcome } from '../capture/replay.ts';
import type { ReplayReport } from '../capture/replay-report.ts';

/** Gaps listed one by one; the rest are counted. */
const MOST_GAPS_LISTED = 20;
const NANOSECONDS_PER_SECOND = 1e9;
const MILLISECONDS_PER_SECOND = 1000;

const OTHER_FRAMES: readonly (readonly [DecodeResult, string])[] = [
  [DecodeResult.notIp, 'not IP'],
  [DecodeResult.notUdp, 'not UDP'],
  [DecodeResult.malformed, 'with impossible headers'],
  [DecodeResult.cutHeader, 'cut before the UDP header'],
  [DecodeResult.unknownLink, 'of an unknown link layer'],
  [DecodeResult.ipv6Fragment, 'IPv6 fragments'],
];

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `2016-09-27 21:46:13.473602675` in UTC. */
function stampText({ seconds, nanoseconds }: CaptureStamp): string {
  const date = new Date(seconds * MILLISECONDS_PER_SECOND);
  const fraction = String(nanoseconds).padStart(9, '0');
  if (Number.isNaN(date.getTime())) return `${seconds}.${fraction} s`;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`;
}

/** What is to be known about a capture file, a line each. */
function fileText(scan: CaptureScan): string[] {
  const { tally } = scan;
  const lines = [
    `${basename(scan.file.path)}: ${count(tally.frames, 'frame')}, ${count(tally.datagrams, 'UDP datagram')}`,
  ];
  const sum = (cells: Float64Array): number => cells.reduce((total, cell) => total + cell, 0);
  const ignored = tally.datagrams - sum(scan.matched);
  if (ignored > 0) lines.push(`  ${count(ignored, 'datagram')} to other destinations ignored`);
  const others = OTHER_FRAMES.filter(([result]) => tally.other[result] > 0);
  if (others.length > 0) {
    lines.push(`  frames ignored: ${others.map(([result, what]) => `${tally.other[result]} ${what}`).join(', ')}`);
  }
  if (scan.stepsBack > 0) lines.push(`  not in time order (${count(scan.stepsBack, 'step')} back): sorted by stamp`);
  if (scan.fragmentedAssembled > 0)
    lines.push(`  ${count(scan.fragmentedAssembled, 'fragmented datagram')} put together`);
  const warnings: string[] = [];
  if (scan.damage !== undefined) warnings.push(`read only in part: ${scan.damage}`);
  const truncated = sum(scan.matchedTruncated);
  if (truncated > 0) {
    warnings.push(
      `${count(truncated, 'datagram')} cut by the capture's snap length: counted as malformed; capture with -s 0`,
    );
  }
  if (scan.fragmentedAbandoned > 0) {
    warnings.push(`${count(scan.fragmentedAbandoned, 'fragmented datagram')} incomplete: left out`);
  }
  if (scan.badBlocks > 0) warnings.push(`${count(scan.badBlocks, 'damaged block')} left out`);
  if (scan.unstamped > 0)
    warnings.push(`${count(scan.unstamped, 'frame')} without a stamp: taken as of the frame before`);
  const { unknownLinkTypes } = tally;
  if (unknownLinkTypes.length > 0) warnings.push(`link layer ${unknownLinkTypes.join(', ')} is not read`);
  return [...lines, ...warnings.map((warning) => `  warning: ${warning}`)];
}

function feedText(report: ReplayReport): string[] {
  const { filled, gaps, lines } = report;
  const range = report.firstSeq === null ? 'nothing heard' : `numbers ${report.firstSeq} to ${report.lastSeq}`;
  const out = [`feed ${report.feed}: ${count(report.delivered, 'unit')} delivered, ${range}`];
  const rows = [['line', 'packets', 'units', 'first', 'duplicates', 'lost', 'malformed']];
  for (const [name, line] of Object.entries(lines)) {
    const { packets, units, first, duplicates, lost, malformed } = line;
    rows.push([name, ...[packets, units, first, duplicates, lost, malformed].map(String)]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])));
    out.push(`  ${cells.join('  ')}`);
  }
  const means = [`${filled.otherLine} by another line`];
  if (filled.retransmit > 0) means.push(`${filled.retransmit} by retransmit`);
  if (filled.snapshot > 0) means.push(`${filled.snapshot} by snapshot`);
  out.push(
    `  filled ${means.join(', ')}; lost ${report.lost} in ${count(gaps.length, 'gap')}; switches ${report.switches}`,
  );
  for (const [from, to] of gaps.slice(0, MOST_GAPS_LISTED)) {
    out.push(`    lost ${from === to ? from : `${from} to ${to} (${to - from + 1})`}`);
  }
  if (gaps.length > MOST_GAPS_LISTED) out.push(`    and ${gaps.length - MOST_GAPS_LISTED} more: see --json`);
  out.push(`  sha256 ${report.sha256}`);
  return out;
}

/** A replay's outcome for people. */
export function replayText({ reports, scans, earliest, latest }: ReplayOutcome): string {
  const spanSeconds = stampDifferenceNs(latest, earliest) / NANOSECONDS_PER_SECOND;
  return `${[
    ...scans.flatMap(fileText),
    `${stampText(earliest)} to ${stampText(latest)} UTC (${spanSeconds.toFixed(3)} s)`,
    ...reports.flatMap((report) => ['', ...feedText(report)]),
  ].join('\n')}\n`;
}
