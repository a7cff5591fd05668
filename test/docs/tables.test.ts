import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESOLUTIONS } from '../../src/order/resolution-table.ts';
import { repositoryRoot } from '../support/host.ts';

interface Script {
  readonly PAGES: readonly string[];
  withTables(text: string): string;
}
const { PAGES, withTables } = (await import('../../scripts/readme-tables.mjs' as string)) as Script;
const read = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');

describe('tables in the pages', () => {
  it.each(PAGES)('of %s are what the code says: run `npm run docs` after a change', (page) => {
    expect(read(page)).toBe(withTables(read(page)));
  });

  it('show every row of the resolution table in the README', () => {
    const table = /<!-- table: resolutions[\s\S]*?<!-- end of table -->/.exec(read('README.md'))![0];
    for (const { row, result } of RESOLUTIONS) {
      expect(table).toMatch(new RegExp(`^\\| ${row} \\|.*\\*\\*${result}\\*\\*`, 'm'));
    }
  });

  it('are not written without an end, or of an unknown name', () => {
    expect(() => withTables('<!-- table: nothing, x -->\n<!-- end of table -->')).toThrow(/nothing/);
    expect(() => withTables('<!-- table: limits, x -->\n')).toThrow(/no end/);
  });
});
