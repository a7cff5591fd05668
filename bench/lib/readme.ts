import { readFileSync, writeFileSync } from 'node:fs';
import type { BenchResults } from './results.ts';
import { markdownTable, number } from './text.ts';

const BEGIN = '<!-- numbers: written by `npm run bench -- --write-results`, never by hand -->';
const END = '<!-- end of numbers -->';

/** The README's table: one row per criterion of a run, with the machine that it ran on. */
function readmeNumbers({ machine, figures }: BenchResults): string {
  const rows = figures.flatMap((figure) =>
    figure.criteria.map((criterion, index) => [
      index === 0 ? `[\`${figure.figure}\`](bench/RESULTS.md#${figure.figure})` : '',
      criterion.stat,
      number(criterion.ours),
      number(criterion.c),
      number(criterion.node),
      `${number(criterion.value)}${criterion.ratio === undefined ? '' : ' ×'}`,
      criterion.bound,
      criterion.holds ? 'yes' : '**no**',
    ]),
  );
  const columns = ['figure', 'criterion', 'ours', 'C twin', 'Node twin', 'measured', 'to reach', 'holds'];
  return [
    `Measured on ${machine.cpu} (${machine.virtual}, ${machine.cores.length} cores), Node ${machine.node}, ${machine.date.slice(0, 10)}:`,
    '',
    markdownTable({ title: '', columns, rows }).trimEnd(),
  ].join('\n');
}

/** Puts a run's numbers between the README's two marks. @throws {Error} if the marks are not there */
export function writeReadmeNumbers(path: string, results: BenchResults): void {
  const text = readFileSync(path, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${path} has no marks for the bench's numbers`);
  const head = text.slice(0, begin + BEGIN.length);
  writeFileSync(path, `${head}\n\n${readmeNumbers(results)}\n\n${text.slice(end)}`);
}
