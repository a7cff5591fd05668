import { join } from 'node:path';
import type { BenchContext } from './figure.ts';
import { type Interleaved, interleave, turn } from './interleave.ts';
import type { Program, Sample } from './program.ts';

/** A program of ours that has one thread and is given a workload file. */
export function startOurs(context: BenchContext, name: string, file: string, as = 'ours'): Promise<Program> {
  const pin = join(import.meta.dirname, 'pin-main.ts');
  return context.startNode(name, `input=${file}`, { as, flags: ['--import', pin] });
}

/** The programs that read one workload, in interleaved rounds; they are stopped afterwards. */
export async function runWorkload(
  context: BenchContext,
  programs: Readonly<Record<string, Program>>,
  rounds: number,
  warmSamples: number,
): Promise<Interleaved> {
  const turns = Object.entries(programs).map(([name, program]) => turn(name, program, ''));
  // All of them, so that ours and its twin are always at the same place of the input.
  for (let i = 0; i < (context.smoke ? 1 : warmSamples); i++) for (const warm of turns) await warm.run(i);
  const runs = await interleave(turns, rounds);
  for (const program of Object.values(programs)) program.stop();
  return runs;
}

/** @throws {Error} where ours and the twin did not print the same checksum in every round */
export function assertSameChecksums(ours: readonly Sample[], c: readonly Sample[]): void {
  ours.forEach((sample, round) => {
    const other = c[round]?.checksum;
    if (sample.checksum !== other)
      throw new Error(`round ${round}: ours has checksum ${sample.checksum}, the C twin ${other}`);
  });
}

/** Million messages a second. */
export const messageRate = (sample: Sample): number => (sample.ops / sample.ns) * 1e3;
