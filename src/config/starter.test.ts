import { describe, expect, it } from 'vitest';
import { examineConfig, formatProblem } from './load.ts';
import { starterConfig } from './starter.ts';
import { STARTER_VENUES } from './starter-venues.ts';

const problems = (text: string) => examineConfig(text, 'starter.yaml').problems.map(formatProblem);

/** Line numbers of the keys in comments; with each, those that it can't do without: the keys that it is inside of. */
function proposals(lines: readonly string[]): number[][] {
  const found: number[][] = [];
  const open: { readonly line: number; readonly indent: number }[] = [];
  lines.forEach((line, i) => {
    const key = /^#( *)[a-zA-Z]+:(.*)$/.exec(line);
    if (key === null) {
      if (!line.startsWith('#')) open.length = 0;
      return;
    }
    while (open.length > 0 && open.at(-1)!.indent >= key[1].length) open.pop();
    if (key[2] === '') open.push({ line: i, indent: key[1].length });
    else found.push([...open.map((one) => one.line), i]);
  });
  return found;
}

describe.each(STARTER_VENUES)('the starter config for %s', (venue) => {
  const text = starterConfig(venue);

  it('is valid as it is written, without a warning', () => {
    expect(problems(text)).toEqual([]);
  });

  it('explains itself, and fits a screen in width', () => {
    expect(
      text.split('\n').filter((line) => line.startsWith('#') || line.trim().startsWith('# ')).length,
    ).toBeGreaterThan(80);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(125);
  });

  it('stays valid whatever key is taken out of its comment', () => {
    const lines = text.split('\n');
    const keys = proposals(lines);
    expect(keys.length).toBeGreaterThan(40);
    for (const chosen of keys) {
      const changed = lines.map((line, i) => (chosen.includes(i) ? line.slice(1) : line)).join('\n');
      const errors = problems(changed).filter((problem) => !problem.includes(': warning: '));
      expect([lines[chosen.at(-1)!], errors]).toEqual([lines[chosen.at(-1)!], []]);
    }
  });
});
