import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/main.ts';
import { repositoryRoot } from '../support/host.ts';

const markdown = (folder: string) =>
  readdirSync(join(repositoryRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const PAGES = [...markdown('.'), ...markdown('docs'), ...markdown('deploy'), ...markdown('bench')];

/** Code of a page that somebody may copy into a shell: blocks and what stands between backticks. */
function* codeOf(text: string): Generator<string> {
  const blocks = /^```(sh|bash|console)\n([\s\S]*?)^```/gm;
  for (const [, kind, block] of text.matchAll(blocks)) {
    const lines = block.replaceAll('\\\n', ' ').split('\n');
    // a console shows what was typed behind a $, and what was said
    yield* kind === 'console' ? lines.filter((line) => line.startsWith('$ ')) : lines;
  }
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  for (const [, code] of prose.matchAll(/`([^`]+)`/g)) yield code.replace(/\s+/g, ' ');
}

/** `warmline …` commands in a line of code, as words. */
function* commandsIn(line: string): Generator<string[]> {
  const code = line.replace(/(^|\s)#.*$/, '');
  for (const [, rest] of code.matchAll(/(?:^|[\s/])warmline((?:\s+(?:"[^"]*"|'[^']*'|[^\s;|&]+))+)/g)) {
    yield rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  }
}

/** What is wrong with a command as the program defines it; undefined = nothing. */
function faultOf(words: readonly string[]): string | undefined {
  let command: Command = createProgram();
  let at = 0;
  for (; at < words.length; at++) {
    const found = command.commands.find((one) => one.name() === words[at]);
    if (found === undefined) break;
    command = found;
  }
  // `warmline ctl ACTION …` is short for `warmline ctl do ACTION …`
  const other = command.commands.find((one) => one.name() === 'do');
  if (other !== undefined && /^[a-z]+\.[a-z]+$|^drain$|^ACTION$/i.test(words[at] ?? '')) command = other;
  if (at === 0) return words[0].startsWith('-') ? undefined : `there is no command ${words[0]}`;
  const named = words[at]?.match(/^[a-z]+(?:\|[a-z]+)+$/)?.[0].split('|') ?? [];
  for (const name of named) {
    if (!command.commands.some((one) => one.name() === name)) return `${command.name()} has no ${name}`;
  }
  const takers = named.length > 0 ? command.commands.filter((one) => named.includes(one.name())) : [command];
  for (const word of words.slice(at)) {
    const flag = /^\[?(--?[a-z][a-z-]*)/.exec(word)?.[1];
    if (flag === undefined || flag === '--help') continue;
    const isKnown = takers.some(({ options }) => options.some(({ long, short }) => flag === long || flag === short));
    if (!isKnown) return `${command.name()} has no ${flag}`;
  }
  return undefined;
}

describe.each(PAGES)('%s', (page) => {
  it('shows only commands that there are', () => {
    const text = readFileSync(join(repositoryRoot, page), 'utf8');
    const faults: string[] = [];
    for (const line of codeOf(text)) {
      for (const words of commandsIn(line)) {
        const fault = faultOf(words);
        if (fault !== undefined) faults.push(`warmline ${words.join(' ')}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('links only to files that there are', () => {
    const text = readFileSync(join(repositoryRoot, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
    const folder = join(repositoryRoot, page, '..');
    const missing: string[] = [];
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path] = link.split('#');
      if (path === '' || /^[a-z]+:/.test(path)) continue;
      try {
        readdirSync(join(folder, path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') missing.push(link);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe('the check of commands itself', () => {
  it('finds what is not there', () => {
    expect(faultOf(['run', 'x.yaml'])).toBeUndefined();
    expect(faultOf(['journal', 'dump|verify|timeline', 'FILE'])).toBeUndefined();
    expect(faultOf(['journal', 'dump|mend', 'FILE'])).toMatch(/mend/);
    expect(faultOf(['ctl', 'line.switch', 'itch', 'B', '--reason', '"x"'])).toBeUndefined();
    expect(faultOf(['ctl', 'line.switch', 'itch', 'B', '--because'])).toMatch(/--because/);
    expect(faultOf(['fly'])).toMatch(/fly/);
    expect(faultOf(['replay', 'x.yaml', '--backwards'])).toMatch(/--backwards/);
    expect([...commandsIn('npx warmline ctl kill F --reason "a b" # comment')]).toEqual([
      ['ctl', 'kill', 'F', '--reason', '"a b"'],
    ]);
  });
});
