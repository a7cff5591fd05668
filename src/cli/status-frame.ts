import { styleText } from 'node:util';

/**
 * A drawn frame: lines of styled pieces of text. It becomes plain text, text with terminal colours, or a picture,
 * and is clipped to a width without a style being cut in half.
 */

export const STYLES = ['title', 'label', 'good', 'warning', 'bad', 'dim', 'strong', 'key'] as const;
export type Style = (typeof STYLES)[number];

export interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** One line, from left to right. */
export type FrameLine = readonly Piece[];

const TERMINAL_STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  title: ['bold', 'cyan'],
  label: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: ['bold', 'red'],
  dim: 'dim',
  strong: 'bold',
  key: 'cyan',
};

export function piece(text: string, style?: Style): Piece {
  return style === undefined ? { text } : { text, style };
}

/** Columns that a text takes. What is drawn here has one column per character. */
export function widthOf(text: string): number {
  return [...text].length;
}

export function lineWidth(line: FrameLine): number {
  return line.reduce((width, one) => width + widthOf(one.text), 0);
}

/** Control characters would move the cursor; a symbol or reason from outside may hold any. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/g;

/** The line cut to `width` columns; what is cut shows as `…`. */
export function clipLine(line: FrameLine, width: number): FrameLine {
  const clean = line.map((one) => ({ ...one, text: one.text.replace(UNPRINTABLE, '?') }));
  if (lineWidth(clean) <= width) return clean;
  const clipped: Piece[] = [];
  let left = width - 1;
  for (const one of clean) {
    const characters = [...one.text];
    if (characters.length > left) {
      clipped.push({ ...one, text: `${characters.slice(0, Math.max(0, left)).join('')}…` });
      return clipped;
    }
    clipped.push(one);
    left -= characters.length;
  }
  return clipped;
}

/** Left and right ends of a line, `width` columns apart; the right one goes first where both don't fit. */
export function spread(left: FrameLine, right: FrameLine, width: number): FrameLine {
  const room = width - lineWidth(left) - lineWidth(right);
  return room >= 1 ? [...left, piece(' '.repeat(room)), ...right] : left;
}

/** The frame as text, its lines joined by line ends, none at the last. */
export function frameText(lines: readonly FrameLine[], colour: boolean): string {
  const paint = ({ text, style }: Piece) =>
    colour && style !== undefined && text.trim() !== ''
      ? styleText(TERMINAL_STYLES[style], text, { validateStream: false })
      : text;
  return lines
    .map((line) => {
      const text = line.map(paint).join('');
      return colour ? text : text.trimEnd();
    })
    .join('\n');
}

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Columns with the highest number go first where the width does not hold all; 0 stays. Default 0. */
  readonly drop?: number;
  /** Least width: what its usual values need, so that columns don't move while numbers change. */
  readonly least?: number;
}

/**
 * Lays cells out in columns, each as wide as its widest cell, two spaces apart.
 * @param indent spaces before each row
 */
export function table(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly Piece[]>,
  width: number,
  indent: number,
): FrameLine[] {
  const widths = columns.map((column, i) =>
    Math.max(column.least ?? 0, widthOf(column.title), ...rows.map((row) => widthOf(row[i].text))),
  );
  const shown = columns.map((_, i) => i);
  const total = () => indent + shown.reduce((sum, i) => sum + widths[i], 0) + 2 * (shown.length - 1);
  while (total() > width) {
    const drop = shown.reduce((worst, i) => ((columns[i].drop ?? 0) > (columns[worst]?.drop ?? 0) ? i : worst), -1);
    if (drop === -1) break;
    shown.splice(shown.indexOf(drop), 1);
  }
  const place = (cell: Piece, i: number, last: boolean): Piece => {
    const room = ' '.repeat(Math.max(0, widths[i] - widthOf(cell.text)));
    if (columns[i].align === 'right') return { ...cell, text: room + cell.text };
    return last ? cell : { ...cell, text: cell.text + room };
  };
  const draw = (row: readonly Piece[]): FrameLine => {
    const line: Piece[] = [piece(' '.repeat(indent))];
    shown.forEach((i, k) => {
      if (k > 0) line.push(piece('  '));
      line.push(place(row[i], i, k === shown.length - 1));
    });
    return line;
  };
  return [draw(columns.map((column) => piece(column.title, 'label'))), ...rows.map(draw)];
}

/** Puts blocks of lines beside each other, `gap` spaces apart; shorter ones are filled up with blank lines. */
export function beside(blocks: ReadonlyArray<readonly FrameLine[]>, gap: number): FrameLine[] {
  const widths = blocks.map((block) => Math.max(0, ...block.map(lineWidth)));
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) => {
    const line: Piece[] = [];
    blocks.forEach((block, k) => {
      const part = block[row] ?? [];
      line.push(...part);
      if (k < blocks.length - 1) line.push(piece(' '.repeat(widths[k] - lineWidth(part) + gap)));
    });
    return line;
  });
}
