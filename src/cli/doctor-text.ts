import type { Finding, Verdict } from '../doctor/finding.ts';
import type { HiccupReport } from '../doctor/hiccups.ts';
import { formatNs } from '../status/quantities.ts';

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: 'ok     ',
  advice: 'advice ',
  bad: 'BAD    ',
  unknown: '?      ',
};
const INDENT = ' '.repeat(MARKS.ok.length + 2);

/** Findings for people: a line each, and what to do beneath. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.check.length));
  const lines = findings.flatMap((finding) => {
    const out = [`  ${MARKS[finding.verdict]}${finding.check.padEnd(width)}  ${finding.found}`];
    const under = INDENT + ' '.repeat(width + 2);
    if (finding.why !== undefined) out.push(`${under}${finding.why}`);
    for (const fix of finding.fix ?? []) out.push(`${under}→ ${fix}`);
    return out;
  });
  return `${lines.join('\n')}\n`;
}

/** The verdict in a sentence that can be read aloud. */
export function renderVerdict(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const fit = count('bad') === 0 ? 'this host is fit' : `this host is not fit: ${count('bad')} to mend`;
  return `${fit}, ${count('ok')} of ${findings.length} checks are fine, ${count('advice')} pieces of advice, ${count('unknown')} unknown\n`;
}

export function renderHiccups(reports: readonly HiccupReport[]): string {
  const lines = reports.map((report) => {
    const where = report.core === undefined ? 'any core' : `core ${report.core}`;
    const seconds = report.measuredNs / 1e9;
    const share = (report.totalNs / report.measuredNs) * 100;
    const over = report.longerThan
      .map(({ ns, count }) => `>${formatNs(ns)} ${(count / seconds).toFixed(1)}/s`)
      .join('  ');
    return `  ${where}: longest ${formatNs(report.longestNs)}, ${share.toFixed(3)} % of ${seconds.toFixed(1)} s lost; ${over}`;
  });
  return `${lines.join('\n')}\n`;
}
