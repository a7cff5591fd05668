import type { Table } from './figure.ts';
import { type Percentiles, percentiles, type Ratio } from './stats.ts';

/** A number as readers want it: counts whole, everything else to three or four significant digits. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return '∞';
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(Number(value.toPrecision(4))).toLocaleString('en-US');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 0.01) return value.toFixed(2);
  return value.toPrecision(1);
}

export function spread(ratio: Ratio | undefined): string {
  return ratio === undefined
    ? ''
    : `${number(ratio.p25)} – ${number(ratio.p75)} (80 %: ${number(ratio.p10)} – ${number(ratio.p90)})`;
}

export const percentileColumns = ['', 'samples', 'p50', 'p90', 'p99', 'p99.9', 'max'] as const;

export function percentileRow(name: string, of: ArrayLike<number> | Percentiles): string[] {
  const p = 'p999' in of ? of : percentiles(of);
  return [name, number(p.n), number(p.p50), number(p.p90), number(p.p99), number(p.p999), number(p.max)];
}

export function markdownTable(table: Table): string {
  const lines = [
    `| ${table.columns.join(' | ')} |`,
    `|${table.columns.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`,
    ...table.rows.map((row) => `| ${row.join(' | ')} |`),
  ];
  return `${table.title ? `*${table.title}*\n\n` : ''}${lines.join('\n')}\n`;
}

/** The same table for a terminal. */
export function plainTable(table: Table): string {
  const all = [table.columns, ...table.rows];
  const widths = table.columns.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const lines = all.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd(),
  );
  return `${table.title ? `  ${table.title}\n` : ''}${lines.join('\n')}\n`;
}
