/** Quantities as people read them: few digits, a unit, a fixed notation. */

const NS_UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
] as const;

/** Three digits at most: 850 ns, 4.12 µs, 12.3 ms, 140 s. Not a number → `-`. */
export function formatNs(ns: number): string {
  if (!Number.isFinite(ns)) return '-';
  for (const [unit, factor] of NS_UNITS) {
    // 999.6 µs is written 1.00 ms, not 1000 µs.
    if (Math.abs(ns) >= factor * 0.9995) return `${threeDigits(ns / factor)} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** Thousands apart: 1,234,567. */
export function formatCount(n: number): string {
  if (!Number.isFinite(n)) return '-';
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

const SCALES = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** Short for narrow columns: 950, 20.0k, 1.23M, 4.00G. */
export function formatShort(n: number): string {
  if (!Number.isFinite(n)) return '-';
  for (const [unit, factor] of SCALES) if (Math.abs(n) >= factor * 0.9995) return `${threeDigits(n / factor)}${unit}`;
  return Math.round(n).toString();
}

/** A rate: 20.0k/s. */
export function formatRate(perSecond: number): string {
  return `${formatShort(perSecond)}/s`;
}

/** A share of 1: 51%; what is not quite nothing or everything is not shown as such. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '-';
  const percent = share * 100;
  if (percent > 0 && percent < 0.5) return '<1%';
  if (percent < 100 && percent >= 99.5) return '>99%';
  return `${percent.toFixed(0)}%`;
}

/** How long something has run: 12s, 03:25, 1:02:03, 2d 01:02. */
export function formatUptime(ns: number): string {
  const seconds = Math.max(0, Math.floor(ns / 1e9));
  const two = (n: number) => String(n).padStart(2, '0');
  const s = seconds % 60;
  const m = Math.floor(seconds / 60) % 60;
  const h = Math.floor(seconds / 3600) % 24;
  const d = Math.floor(seconds / 86_400);
  if (d > 0) return `${d}d ${two(h)}:${two(m)}`;
  if (h > 0) return `${h}:${two(m)}:${two(s)}`;
  return m > 0 ? `${two(m)}:${two(s)}` : `${s}s`;
}

/** Time of day in UTC with milliseconds: 14:03:21.042. */
export function formatTimeOfDay(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(11, 23);
}
