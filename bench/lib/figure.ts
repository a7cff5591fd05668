import type { Machine } from './machine.ts';
import type { Program, Sample } from './program.ts';
import type { Percentiles, Ratio } from './stats.ts';

/** One line of a figure's verdict. `ours`, `c` and `node` are in the figure's unit; `null` = not measured or no twin. */
export interface Criterion {
  /** What is compared, for example `p50 one way, ÷ C twin`. */
  readonly stat: string;
  readonly ours: number | null;
  readonly c: number | null;
  readonly node: number | null;
  /** What must hold, in words, for example `≤ 1.3 × C twin`. */
  readonly bound: string;
  readonly holds: boolean;
  /** The value held against the bound, with its spread; a ratio unless the bound is absolute. */
  readonly value: number;
  /** Unit of an absolute value. */
  readonly valueUnit?: string;
  readonly ratio?: Ratio;
}

/** A table in the results: rows of ready-made cells. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Raw samples of one program under one setting: what every printed number was computed from. */
export interface RawSeries {
  readonly program: string;
  readonly setting: string;
  /** One entry per round, in the order of the rounds. */
  readonly rounds: readonly Record<string, unknown>[];
}

export interface FigureResult {
  readonly figure: string;
  readonly title: string;
  readonly unit: string;
  readonly criteria: readonly Criterion[];
  /** All criteria hold. */
  readonly holds: boolean;
  /** Ours against ours again, in the same rounds: what the harness itself cannot tell apart. */
  readonly noise?: Ratio;
  readonly tables: readonly Table[];
  /** What the numbers leave out, and what a reader must know. */
  readonly notes: readonly string[];
  /** Collections on hot threads, summed over all samples of ours. */
  readonly collections?: number;
  readonly seconds: number;
  readonly error?: string;
  readonly raw: readonly RawSeries[];
}

/** What a figure's `run` is given. */
export interface BenchContext {
  readonly machine: Machine;
  /** A few seconds per figure: asserts that everything runs, never the ratios. */
  readonly smoke: boolean;
  /** `full` rounds of a full run, at least 20; two in a smoke run. */
  rounds(full?: number): number;
  /** A length of time, shortened in a smoke run. */
  milliseconds(full: number): number;
  /** Starts a C twin from `bench/c`. `args` are `key=value` words. */
  startC(name: string, args?: string, options?: Pick<NodeOptions, 'pauses'>): Promise<Program>;
  /** Starts a Node program from `bench/programs`, or any path below `bench/`. */
  startNode(name: string, args?: string, options?: NodeOptions): Promise<Program>;
  log(text: string): void;
}

export interface NodeOptions {
  /** The name it goes by in results; by default the file's. */
  readonly as?: string;
  /** Flags before the file, for example V8's. */
  readonly flags?: readonly string[];
  /** See `ProgramOptions.pauses`; by default true for the router, which spins, and else false. */
  readonly pauses?: boolean;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  run(context: BenchContext): Promise<FigureFindings>;
}

/** What a figure finds; the runner adds its name and how long it took. */
export type FigureFindings = Omit<FigureResult, 'figure' | 'title' | 'unit' | 'seconds' | 'holds' | 'error'>;

/** The samples of each program, round by round. */
export type Series = ReadonlyMap<Program, readonly Sample[]>;

export type { Percentiles, Ratio };
