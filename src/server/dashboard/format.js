/** Quantities as people read them. JSON has no NaN: what is not known comes as null and is shown as a dash. */

const known = (value) => typeof value === 'number' && Number.isFinite(value);

function three(value) {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

export function ns(value) {
  if (!known(value)) return '–';
  for (const [unit, factor] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['µs', 1e3],
  ])
    if (Math.abs(value) >= factor * 0.9995) return `${three(value / factor)} ${unit}`;
  return `${Math.round(value)} ns`;
}

export function count(value) {
  return known(value) ? Math.round(value).toLocaleString('en-US') : '–';
}

export function short(value) {
  if (!known(value)) return '–';
  for (const [unit, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ])
    if (Math.abs(value) >= factor * 0.9995) return three(value / factor) + unit;
  return Number.isInteger(value) ? String(value) : three(value);
}

export const rate = (value) => (known(value) ? `${short(value)}/s` : '–');

export function share(value) {
  return known(value) ? `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %` : '–';
}

export function price(value) {
  return known(value) ? value.toFixed(Math.abs(value) < 1 && value !== 0 ? 4 : 2) : '–';
}

export function money(value) {
  return known(value) ? value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : '–';
}

export function time(utcMs) {
  return new Date(utcMs).toISOString().slice(11, 23);
}

export function uptime(value) {
  if (!known(value)) return '–';
  const seconds = Math.floor(value / 1e9);
  const two = (n) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  return `${days > 0 ? `${days}d ` : ''}${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
