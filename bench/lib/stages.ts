import { decodeSamples, type Sample } from './program.ts';
import { percentileRow } from './text.ts';

/** Stages of an order by the stamps that gateways take, and the words for them. */
const STAGES = [
  ['risk', 'called → risk has passed'],
  ['toSend', 'risk has passed → about to send (route, journal, encoding)'],
  ['send', 'the kernel’s `send`'],
] as const;

/** A row of percentiles for each stage of which the samples have the raw values. */
export function stageRows(name: string, samples: readonly Sample[]): string[][] {
  return STAGES.map(([key, words]) => {
    const all = samples.flatMap((sample) => Array.from(decodeSamples(sample[key] as string)));
    return percentileRow(`${name}: ${words}`, all);
  });
}
