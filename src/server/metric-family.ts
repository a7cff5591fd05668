/** Kinds of metric that Prometheus tells apart here. */
export type MetricType = 'counter' | 'gauge';

export type MetricLabels = Readonly<Record<string, string>>;

/** One family of `/metrics`, as data: which counter it shows, under what name, in what unit. */
export interface MetricFamily {
  /** Without the prefix `warmline_`; counters end in `_total`, units stand last before that. */
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** Name of the counter blocks it is read from. */
  readonly block: string;
  /** Cell by name. In blocks of a feed a cell that belongs to a line is named `LINE.cell`: then every line is shown. */
  readonly cell: string;
  readonly perLine?: boolean;
  /** What the cell is multiplied with: ns become seconds. */
  readonly scale?: number;
  /** The cell and those behind it count the same thing by cause: label and words, in order. */
  readonly by?: { readonly label: string; readonly words: readonly string[] };
  /** The cell is a state: shown as one series per word, 1 for the present one. */
  readonly states?: { readonly label: string; readonly words: readonly string[] };
  /** Instead of one cell: every cell to whose name this gives labels. `cell` then says in words which those are. */
  readonly named?: (cell: string) => MetricLabels | undefined;
}

export type MetricRow = readonly [name: string, cell: string, help: string, more?: Partial<MetricFamily>];

export const SECONDS_PER_NS = 1e-9;

/** Families that are read from blocks of one name. */
export function families(
  block: string,
  type: MetricType,
  rows: readonly MetricRow[],
  common: Partial<MetricFamily> = {},
): MetricFamily[] {
  return rows.map(([name, cell, help, more]) => ({ name, cell, help, block, type, ...common, ...more }));
}
