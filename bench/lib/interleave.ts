import type { RawSeries } from './figure.ts';
import { encodeSamples, type Program, type Sample } from './program.ts';
import { percentiles, quantile } from './stats.ts';

/** One program's turn within a round. */
export interface Turn {
  readonly program: Program;
  /** Its name in results. */
  readonly name: string;
  run(round: number): Promise<Sample>;
}

export interface Interleaved {
  /** Samples by turn name, one per round. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/**
 * Runs every turn once a round, and begins each round with another turn, so that neither a drift of the machine's
 * speed nor the place in the order favours one program.
 */
export async function interleave(turns: readonly Turn[], rounds: number): Promise<Interleaved> {
  const samples = new Map<string, Sample[]>(turns.map((turn) => [turn.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < turns.length; i++) {
      const turn = turns[(i + round) % turns.length]!;
      samples.get(turn.name)!.push(await turn.run(round));
    }
  }
  return { samples };
}

/** A turn that is one `go`. */
export function turn(name: string, program: Program, args: string): Turn {
  return { name, program, run: () => program.go(args) };
}

/** Puts each round's raw samples and what was computed from them into the results file. */
export function rawOf(interleaved: Interleaved, setting = ''): RawSeries[] {
  return [...interleaved.samples].map(([program, rounds]) => ({
    program,
    setting,
    rounds: rounds.map(({ latency, ...rest }) =>
      latency === undefined
        ? rest
        : { ...rest, percentilesNs: percentiles(latency), latencyNsFloat32Base64: encodeSamples(latency) },
    ),
  }));
}

/** One statistic of each round. */
export function statistic(samples: readonly Sample[], of: (sample: Sample) => number): number[] {
  return samples.map(of);
}

/** All rounds' raw latencies in one array. */
export function pooled(samples: readonly Sample[]): Float32Array {
  let n = 0;
  for (const sample of samples) n += sample.latency?.length ?? 0;
  const all = new Float32Array(n);
  let at = 0;
  for (const sample of samples) {
    if (sample.latency === undefined) continue;
    all.set(sample.latency, at);
    at += sample.latency.length;
  }
  return all;
}

/** Collections on the hot threads, summed. */
export function collectionsOf(samples: readonly Sample[]): number {
  let n = 0;
  for (const sample of samples) for (const thread of sample.threads ?? []) n += thread.collections;
  return n;
}

export const nsPerOp = (sample: Sample): number => sample.ns / sample.ops;

/** Percentile `q` of one sample's raw latencies. */
export function latencyQuantile(q: number): (sample: Sample) => number {
  return (sample) => quantile(Float32Array.from(sample.latency ?? []).sort(), q);
}
