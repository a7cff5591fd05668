import type { StatusModel } from '../status/status-model.ts';
import { type FrameLine, type Style, widthOf } from './status-frame.ts';
import { layOutStatus } from './status-view.ts';

/** Draws a frame of the status view as a picture (SVG), for documents. */

const FONT_SIZE = 14;
/** Advance of one character of a monospace font, as a share of its size. */
const ADVANCE = 0.602;
const LINE_HEIGHT = 19;
const PADDING = 16;
const TITLE_BAR = 28;
const RADIUS = 8;

const BACKGROUND = '#0d1117';
const BAR = '#161b22';
const FOREGROUND = '#d0d7de';
const MUTED = '#8b949e';
const BUTTONS = ['#ff5f57', '#febc2e', '#28c840'];
const PAINT: Readonly<Record<Style, string>> = {
  title: 'fill="#56d4dd" font-weight="bold"',
  label: `fill="${MUTED}"`,
  good: 'fill="#3fb950"',
  warning: 'fill="#d29922"',
  bad: 'fill="#f85149" font-weight="bold"',
  dim: `fill="${MUTED}"`,
  strong: 'fill="#ffffff" font-weight="bold"',
  key: 'fill="#56d4dd"',
};

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function drawLine(line: FrameLine, row: number): string {
  const y = TITLE_BAR + PADDING + row * LINE_HEIGHT + FONT_SIZE;
  const spans: string[] = [];
  let column = 0;
  for (const { text, style } of line) {
    const width = widthOf(text);
    if (text.trim() !== '') {
      const lead = width - widthOf(text.trimStart());
      const shown = text.trim();
      const x = (PADDING + (column + lead) * FONT_SIZE * ADVANCE).toFixed(1);
      // A fixed length keeps columns straight whatever monospace font the viewer has.
      const length = (widthOf(shown) * FONT_SIZE * ADVANCE).toFixed(1);
      const paint = style === undefined ? '' : ` ${PAINT[style]}`;
      spans.push(`<text x="${x}" y="${y}" textLength="${length}"${paint}>${escapeXml(shown)}</text>`);
    }
    column += width;
  }
  return spans.join('');
}

/** The frame in a window with a title. */
export function frameSvg(lines: readonly FrameLine[], columns: number, title: string): string {
  const width = Math.ceil(2 * PADDING + columns * FONT_SIZE * ADVANCE);
  const height = TITLE_BAR + 2 * PADDING + lines.length * LINE_HEIGHT;
  const buttons = BUTTONS.map((fill, i) => `<circle cx="${18 + i * 20}" cy="14" r="6" fill="${fill}"/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<rect width="${width}" height="${height}" rx="${RADIUS}" fill="${BACKGROUND}"/>
<path d="M0 ${TITLE_BAR}V${RADIUS}a${RADIUS} ${RADIUS} 0 0 1 ${RADIUS}-${RADIUS}H${width - RADIUS}a${RADIUS} ${RADIUS} 0 0 1 ${RADIUS} ${RADIUS}V${TITLE_BAR}z" fill="${BAR}"/>
${buttons}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve">
<text x="${width / 2}" y="19" text-anchor="middle" fill="${MUTED}">${escapeXml(title)}</text>
${lines.map(drawLine).filter(Boolean).join('\n')}
</g>
</svg>
`;
}

/** A model as a picture of a terminal that has `columns` columns and at most `rows` rows. */
export function renderStatusSvg(
  model: StatusModel,
  columns = 100,
  rows = 40,
  title = `warmline · ${model.venue}`,
): string {
  return frameSvg(layOutStatus(model, columns, rows), columns, title);
}
