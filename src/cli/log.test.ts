import { describe, expect, it } from 'vitest';
import { createLog, feedLog, type LogOptions, lineLog, rateLimited } from './log.ts';

function capture(options: LogOptions = {}) {
  const lines: string[] = [];
  const log = createLog({ isTerminal: false, ...options, write: (text) => lines.push(text) });
  return { log, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('is JSON in a pipe, with level and time in words', () => {
    const { log, records } = capture();
    lineLog(log, 'itch', 'A').warn({ lost: 3 }, 'units lost');
    expect(records()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        feed: 'itch',
        line: 'A',
        lost: 3,
        msg: 'units lost',
      },
    ]);
  });

  it('is one readable line on a terminal, at once', () => {
    const { log, lines } = capture({ isTerminal: true, colour: false });
    feedLog(log, 'itch').info({ from: 7 }, 'gap filled');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d+\] INFO: gap filled \{"feed":"itch","from":7\}\n$/);
  });

  it('is pretty or not as the config says, whatever it is written to', () => {
    expect(capture({ isTerminal: true, pretty: false }).log).toBeDefined();
    const { log, lines } = capture({ pretty: true, colour: false });
    log.info('hello');
    expect(lines[0]).toContain('INFO: hello');
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.info('no');
    log.error('yes');
    expect(lines).toHaveLength(1);
  });

  it('never holds a secret', () => {
    const { log, lines } = capture();
    log.info({ password: 'hunter2', snapshot: { password: 'hunter2', feed: { token: 'hunter2' } } }, 'login');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('[redacted]');
  });
});

describe('a rate-limited log', () => {
  it('writes the first of a cause at once, then one per interval with the number of the others', () => {
    const { log, records } = capture();
    let nowMs = 0;
    const limited = rateLimited(log, 1000, () => nowMs);
    limited('drop:A', 'warn', { dropped: 1 }, 'dropped');
    limited('drop:B', 'warn', { dropped: 1 }, 'dropped');
    for (let i = 2; i <= 5; i++) limited('drop:A', 'warn', { dropped: i }, 'dropped');
    nowMs = 1000;
    limited('drop:A', 'warn', { dropped: 6 }, 'dropped');
    expect(records().map(({ dropped, repeated }) => [dropped, repeated])).toEqual([
      [1, undefined],
      [1, undefined],
      [6, 4],
    ]);
  });

  it('writes what is held back when it is flushed, and nothing twice', () => {
    const { log, records } = capture();
    let nowMs = 0;
    const limited = rateLimited(log, 1000, () => nowMs);
    for (let i = 1; i <= 3; i++) limited('x', 'error', { i }, 'failed');
    nowMs = 1000;
    limited.flush();
    limited.flush();
    expect(records().map(({ i, repeated }) => [i, repeated])).toEqual([
      [1, undefined],
      [3, 1],
    ]);
  });

  it('accounts for every record even when a caller invents causes', () => {
    const { log, records } = capture();
    const limited = rateLimited(log, 1000, () => 0);
    for (let round = 0; round < 2; round++) for (let i = 0; i < 2500; i++) limited(`cause ${i}`, 'info', {}, 'x');
    limited.flush();
    const total = records().reduce((sum, { repeated }) => sum + 1 + ((repeated as number | undefined) ?? 0), 0);
    expect(total).toBe(5000);
  });
});
