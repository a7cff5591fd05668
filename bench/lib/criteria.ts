import type { Criterion } from './figure.ts';
import { median, type Ratio, ratioOfPairs } from './stats.ts';

/** Per-round values of one statistic, and the twin they are held against. */
interface AgainstTwin {
  readonly stat: string;
  readonly ours: readonly number[];
  readonly twin: 'c' | 'node';
  readonly c?: readonly number[];
  readonly node?: readonly number[];
  /** The ratio ours ÷ twin must be at most this (for times) … */
  readonly atMost?: number;
  /** … or at least this (for rates). */
  readonly atLeast?: number;
  /** For "n times faster than": the ratio is twin ÷ ours and must be at least n. */
  readonly timesFaster?: number;
}

const orNull = (values: readonly number[] | undefined): number | null =>
  values === undefined || values.length === 0 ? null : median(values);

/** A criterion on the median ratio of interleaved pairs. */
export function againstTwin(question: AgainstTwin): Criterion {
  const twin = (question.twin === 'c' ? question.c : question.node) ?? [];
  const name = question.twin === 'c' ? 'C twin' : 'Node twin';
  let ratio: Ratio;
  let bound: string;
  let holds: boolean;
  if (question.timesFaster !== undefined) {
    ratio = ratioOfPairs(twin, question.ours);
    bound = `≥ ${question.timesFaster} × faster than ${name}`;
    holds = ratio.median >= question.timesFaster;
  } else {
    ratio = ratioOfPairs(question.ours, twin);
    if (question.atMost !== undefined) {
      bound = `≤ ${question.atMost} × ${name}`;
      holds = ratio.median <= question.atMost;
    } else {
      bound = `≥ ${question.atLeast} × ${name}`;
      holds = ratio.median >= (question.atLeast ?? Number.POSITIVE_INFINITY);
    }
  }
  return {
    stat: question.stat,
    ours: orNull(question.ours),
    c: orNull(question.c),
    node: orNull(question.node),
    bound,
    holds,
    value: ratio.median,
    ratio,
  };
}

/** A criterion on an absolute bound in ns: `ours` is computed from the raw samples of all rounds together. */
export function absolute(
  stat: string,
  ours: number,
  bound: { atMost: number; text: string },
  others: { c?: number; node?: number } = {},
): Criterion {
  return {
    stat,
    ours,
    c: others.c ?? null,
    node: others.node ?? null,
    bound: bound.text,
    holds: ours <= bound.atMost,
    value: ours,
    valueUnit: 'ns',
  };
}

/** A criterion on an absolute bound from below, for rates; in the figure's unit. */
export function atLeast(
  stat: string,
  ours: number,
  bound: number,
  text: string,
  others: { c?: number; node?: number; unit?: string } = {},
): Criterion {
  return {
    stat,
    ours,
    c: others.c ?? null,
    node: others.node ?? null,
    bound: text,
    holds: ours >= bound,
    value: ours,
    ...(others.unit === undefined ? {} : { valueUnit: others.unit }),
  };
}
