import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError, examineConfig, formatProblem, loadConfig, parseConfig } from './load.ts';
import type { ConfigInput } from './schema.ts';

const EXAMPLE = fileURLToPath(new URL('../../deploy/examples/nasdaq-sim.yaml', import.meta.url));

/** A valid config on ten lines; a test changes one thing of it. */
const VALID = `venue: test
protocol: nasdaq
feeds:
  - name: itch
    policy: sticky
    lines:
      - { name: A, address: 127.0.0.1, port: 26477 }
      - { name: B, address: 127.0.0.1, port: 26478 }
    holdOff: { time: 5ms }
strategy: ./mine.ts
`;

function problemsOf(text: string): string[] {
  return examineConfig(text, 'c.yaml').problems.map(formatProblem);
}

/** VALID with one line of it replaced (or lines added). */
function changed(from: string, to: string): string {
  expect(VALID).toContain(from);
  return VALID.replace(from, to);
}

describe('a valid config', () => {
  it('is read into nanoseconds, bytes, absolute paths and defaults', () => {
    const config = parseConfig(VALID, '/etc/warmline/c.yaml');
    const [feed] = config.feeds;
    expect(feed.holdOff).toEqual({ count: 1000, timeNs: 5e6 });
    expect(feed.gapDeadlineNs).toBe(2e9);
    expect(feed.staleAfterNs).toBe(3 * feed.heartbeatNs);
    expect(feed.active).toBe('A');
    expect(feed.window.bytes).toBe(16 * 1024 ** 2);
    expect(config.io.slotBytes).toBe(2048);
    expect(config.strategies).toMatchObject([{ module: '/etc/warmline/mine.ts', feeds: ['itch'] }]);
    expect(config.flightRecorder.directory).toBe('/etc/warmline/flight');
    expect(config.threads).toMatchObject({ layout: 'auto', idle: 'auto', cores: {} });
  });

  it('makes a line that is stale after three of its own heartbeats, not of the default one', () => {
    const text = changed('    policy: sticky', '    policy: sticky\n    heartbeat: 250ms');
    expect(parseConfig(text, 'c.yaml').feeds[0].staleAfterNs).toBe(750e6);
  });

  it('is the example that the demo runs, without a warning', () => {
    expect(examineConfig(VALID, EXAMPLE).problems).toEqual([]);
    const config = loadConfig(EXAMPLE);
    expect(config.feeds[0].failback).toEqual({ afterNs: 5e9 });
    expect(config.feeds[0].snapshot?.passwordFile).toMatch(/deploy\/examples\/glimpse\.password$/);
  });

  it('may use anchors, aliases and merge keys', () => {
    const text = `venue: test
protocol: cme
feeds:
  - name: one
    lines: &lines
      - &line { name: A, group: 224.0.31.1, port: 14310, interface: eth0 }
      - { <<: *line, name: B, group: 224.0.32.1 }
  - name: two
    lines:
      - { <<: *line, port: 14311 }
      - { <<: *line, name: B, group: 224.0.32.1, port: 14311 }
`;
    const config = parseConfig(text, 'c.yaml');
    expect(config.feeds[0].lines[1]).toMatchObject({ name: 'B', group: '224.0.32.1', port: 14310, interface: 'eth0' });
    expect(config.feeds[1].lines[0]).toMatchObject({ name: 'A', group: '224.0.31.1', port: 14311 });
  });
});

describe('a violation is reported at its line and column', () => {
  const FEED = 'feeds[0]';
  const cases: ReadonlyArray<readonly [name: string, text: string, expected: readonly string[]]> = [
    [
      'an unknown key, with the nearest known one',
      changed('    policy: sticky', '    polcy: sticky'),
      [`5:5: ${FEED}.polcy: unknown key; did you mean "policy"?`],
    ],
    [
      'an unknown key near none, with the known ones',
      changed('holdOff: { time: 5ms }', 'holdOff: { time: 5ms, zebra: 1 }'),
      [`9:27: ${FEED}.holdOff.zebra: unknown key; known keys: count, time`],
    ],
    ['a missing key, at the map that lacks it', changed('venue: test\n', ''), ['1:1: venue: is required']],
    ['a missing key of a line', changed(', port: 26478', ''), [`8:9: ${FEED}.lines[1].port: is required`]],
    [
      'a value of another kind',
      changed('port: 26478', 'port: "26478"'),
      [`8:46: ${FEED}.lines[1].port: must be a number, not "26478"`],
    ],
    [
      'a number where text is wanted',
      changed('venue: test', 'venue: 12'),
      ['1:8: venue: must be text, not 12: write it in quotes'],
    ],
    [
      'a name with a space',
      changed('venue: test', 'venue: a b'),
      ['1:8: venue: is not a name: use letters, digits, ".", "_" and "-", not "a b"'],
    ],
    [
      'a word that is not in the list',
      changed('policy: sticky', 'policy: fastest'),
      [`5:13: ${FEED}.policy: must be one of first, sticky, not "fastest"`],
    ],
    [
      'a duration without a unit',
      changed('time: 5ms', 'time: 5'),
      [`9:22: ${FEED}.holdOff.time: needs a unit, for example 5ms`],
    ],
    [
      'a duration with an unknown unit',
      changed('time: 5ms', 'time: 5sec'),
      [`9:22: ${FEED}.holdOff.time: has an unknown unit "sec": use ns, us, µs, ms, s, min, h`],
    ],
    [
      'a duration that is none',
      changed('time: 5ms', 'time: soon'),
      [`9:22: ${FEED}.holdOff.time: is not a duration: write a number and a unit, for example 5ms`],
    ],
    ['a duration of nothing', changed('time: 5ms', 'time: 0'), [`9:22: ${FEED}.holdOff.time: must be longer than 0`]],
    [
      'a duration that is too long',
      changed('time: 5ms', 'time: 25h'),
      [`9:22: ${FEED}.holdOff.time: must be at most 24h`],
    ],
    [
      'a size below its least',
      changed('strategy: ./mine.ts', 'io: { slot: 1B }'),
      ['10:13: io.slot: must be at least 64B'],
    ],
    [
      'a port out of range',
      changed('port: 26478', 'port: 65536'),
      [`8:46: ${FEED}.lines[1].port: must be at most 65535, not 65536`],
    ],
    [
      'a group outside 224.0.0.0/4',
      changed('{ name: B, address: 127.0.0.1', '{ name: B, group: 10.1.2.3'),
      [
        `8:27: ${FEED}.lines[1].group: is not an IPv4 multicast group: groups lie in 224.0.0.0/4 (224.0.0.0 to 239.255.255.255)`,
      ],
    ],
    [
      'a group where a host is wanted',
      changed('{ name: B, address: 127.0.0.1', '{ name: B, address: 233.1.2.3'),
      [`8:29: ${FEED}.lines[1].address: is a multicast group: a group goes under "group", a host under "address"`],
    ],
    [
      'an address that is none',
      changed('{ name: B, address: 127.0.0.1', '{ name: B, address: 127.0.0.256'),
      [`8:29: ${FEED}.lines[1].address: is not an IPv4 address, for example 10.0.0.1`],
    ],
    [
      'a line with both a group and an address',
      changed('{ name: B, address: 127.0.0.1', '{ name: B, group: 233.1.2.3, address: 127.0.0.1'),
      [`8:38: ${FEED}.lines[1].address: a line has either a group (multicast) or an address (unicast), not both`],
    ],
    [
      'a line with neither a group nor an address',
      changed('{ name: B, address: 127.0.0.1,', '{ name: B,'),
      [`8:9: ${FEED}.lines[1]: a line needs a group (multicast) or an address (unicast)`],
    ],
    [
      'two lines of one name',
      changed('{ name: B', '{ name: A'),
      [`8:17: ${FEED}.lines[1].name: there is already a line called "A"`],
    ],
    [
      'two lines on one address and port',
      changed('port: 26478', 'port: 26477'),
      [`8:46: ${FEED}.lines[1].port: 127.0.0.1:26477 is already read by line A of feed itch`],
    ],
    [
      'an active line that is none',
      changed('    policy: sticky', '    policy: sticky\n    active: C'),
      [`6:13: ${FEED}.active: no line is called "C": the lines are A, B`],
    ],
    [
      'a failback that is neither word nor time',
      changed('    policy: sticky', '    policy: sticky\n    failback: soon'),
      [`6:15: ${FEED}.failback: must be never, manual, or { after: 5s }, not "soon"`],
    ],
    [
      'a failback whose time is wrong',
      changed('    policy: sticky', '    policy: sticky\n    failback: { after: 5 }'),
      [`6:24: ${FEED}.failback.after: needs a unit, for example 5ms`],
    ],
    [
      'a gap deadline below the hold-off',
      changed('    policy: sticky', '    policy: sticky\n    gapDeadline: 1ms'),
      [`6:18: ${FEED}.gapDeadline: must be at least holdOff.time: it bounds the hold-off and the recovery after it`],
    ],
    [
      'a line that would be stale between two heartbeats',
      changed('    policy: sticky', '    policy: sticky\n    staleAfter: 1s'),
      [`6:17: ${FEED}.staleAfter: must be longer than heartbeat, or a quiet line is stale between two heartbeats`],
    ],
    [
      'a dwell time above its largest',
      changed('    policy: sticky', '    policy: sticky\n    maxDwell: 10ms'),
      [`6:15: ${FEED}.maxDwell: must be at least minDwell`],
    ],
    [
      'a window that is no power of two',
      changed('    policy: sticky', '    policy: sticky\n    window: { units: 3000 }'),
      [`6:22: ${FEED}.window.units: must be a power of two, for example 65536`],
    ],
    [
      'a hold window smaller than the hold-off',
      changed('    policy: sticky', '    policy: sticky\n    window: { units: 128 }'),
      [`6:22: ${FEED}.window.units: must be at least holdOff.count: the window would be full before the hold-off ends`],
    ],
    [
      'a retransmit budget that no request fits',
      changed(
        '    policy: sticky',
        '    policy: sticky\n    retransmit: { servers: [{ address: 127.0.0.1, port: 1 }], budget: { units: 10 } }',
      ),
      [`6:80: ${FEED}.retransmit.budget.units: must be at least maxUnitsPerRequest, or no request fits the budget`],
    ],
    [
      'a snapshot service without a password',
      changed('    policy: sticky', '    policy: sticky\n    snapshot: { address: 127.0.0.1, port: 1, username: u }'),
      [`6:15: ${FEED}.snapshot: needs passwordFile or passwordEnv`],
    ],
    [
      'a snapshot service with two passwords',
      changed(
        '    policy: sticky',
        '    policy: sticky\n    snapshot: { address: 127.0.0.1, port: 1, username: u, passwordFile: p, passwordEnv: P }',
      ),
      [`6:76: ${FEED}.snapshot.passwordEnv: the password comes from passwordFile or passwordEnv, not both`],
    ],
    [
      'a service that the protocol does not have',
      changed('protocol: nasdaq', 'protocol: cme').replace('    policy: sticky', '    session: X'),
      [`5:5: ${FEED}.session: protocol cme has none here: gaps are filled by the other line`],
    ],
    [
      'a strategy and strategies',
      `${VALID}strategies: [{ name: s, module: ./s.ts }]\n`,
      ['11:1: strategies: use either strategy (one, by its path) or strategies (a list), not both'],
    ],
    [
      'a strategy for a feed that is none',
      changed('strategy: ./mine.ts', 'strategies: [{ name: s, module: ./s.ts, feeds: [tape] }]'),
      ['10:49: strategies[0].feeds[0]: no feed is called "tape": the feeds are itch'],
    ],
    [
      'real-time scheduling of a thread that never sleeps',
      `${VALID}threads: { idle: spin, scheduling: { class: fifo } }\n`,
      [
        '11:45: threads.scheduling.class: fifo with idle: spin would take its core from everything else for ever: use idle: park or backoff, or class: other',
      ],
    ],
    [
      'a list where a map is wanted',
      changed('    holdOff: { time: 5ms }', '    holdOff: [1]'),
      [`9:14: ${FEED}.holdOff: must be a map of keys, not a list`],
    ],
    ['an empty list of feeds', 'venue: v\nprotocol: cme\nfeeds: []\n', ['3:8: feeds: needs at least 1 of them']],
    ['a file that is a list', '- 1\n', ['1:1: must be a map of keys, not a list']],
    ['an empty file', '# nothing\n', ['1:1: is empty: see deploy/examples']],
    ['two documents', `${VALID}---\nvenue: b\n`, ['11:1: holds more than one document: a config is one']],
    ['a key that is no word', `${VALID}[a]: 1\n`, ['11:1: YAML: a key must be a word']],
    ['a tag that nobody knows', changed('venue: test', 'venue: !secret test'), ['1:8: YAML: Unresolved tag: !secret']],
    ['a key given twice', `${VALID}venue: again\n`, ['11:1: YAML: Map keys must be unique']],
    [
      'an alias without an anchor',
      changed('venue: test', 'venue: *nobody'),
      ['1:8: YAML: no anchor &nobody stands before the alias *nobody'],
    ],
  ];

  it.each(cases)('%s', (_name, text, expected) => {
    expect(problemsOf(text)).toEqual(expected.map((one) => `c.yaml:${one}`));
  });

  it('all of them at once, in the order of the file', () => {
    const text = changed('venue: test', 'venu: test')
      .replace('policy: sticky', 'policy: stick')
      .replace('port: 26478', 'port: 26477')
      .replace('time: 5ms', 'time: 5');
    expect(problemsOf(text)).toEqual([
      'c.yaml:1:1: venu: unknown key; did you mean "venue"?',
      'c.yaml:1:1: venue: is required',
      'c.yaml:5:13: feeds[0].policy: must be one of first, sticky, not "stick"',
      'c.yaml:8:46: feeds[0].lines[1].port: 127.0.0.1:26477 is already read by line A of feed itch',
      'c.yaml:9:22: feeds[0].holdOff.time: needs a unit, for example 5ms',
    ]);
    expect(() => parseConfig(text, 'c.yaml')).toThrow(ConfigError);
  });

  it('where an alias or merge key brings the value in, at the place where it is written', () => {
    const text = `venue: v
protocol: cme
feeds:
  - name: one
    lines:
      - &line { name: A, group: 224.0.31.1, port: 99999, interface: eth0 }
      - { <<: *line, name: B, group: 224.0.32.1 }
`;
    expect(problemsOf(text)).toEqual([
      'c.yaml:6:51: feeds[0].lines[0].port: must be at most 65535, not 99999',
      'c.yaml:6:51: feeds[0].lines[1].port: must be at most 65535, not 99999',
    ]);
  });

  it('YAML syntax errors likewise', () => {
    const [first] = problemsOf('venue: test\nfeeds: [1, 2\nprotocol: x\n');
    expect(first).toMatch(/^c\.yaml:\d+:\d+: YAML: /);
  });

  it('a file that expands without end is refused', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(problemsOf(bomb.join('\n'))).toEqual([expect.stringContaining('Excessive alias count')]);
  });
});

describe('a secret', () => {
  it('that stands in a config is refused and never shown', () => {
    const text = changed(
      '    policy: sticky',
      '    snapshot: { address: 127.0.0.1, port: 1, username: u, password: hunter2, passwordFile: 999 }',
    );
    const problems = problemsOf(text).join('\n');
    expect(problems).toContain('feeds[0].snapshot.password: unknown key; did you mean "passwordFile"?');
    expect(problems).toContain('feeds[0].snapshot.passwordFile: must be text');
    expect(problems).not.toContain('hunter2');
    expect(problems).not.toContain('999');
  });
});

describe('a warning', () => {
  const cases: ReadonlyArray<readonly [name: string, text: string, expected: string]> = [
    [
      'for a feed with one line',
      changed('      - { name: B, address: 127.0.0.1, port: 26478 }\n', ''),
      '6:5: warning: feeds[0].lines: feed itch has one line: nothing can fill what it loses',
    ],
    [
      'for a key of the other policy',
      changed('policy: sticky', 'policy: first\n    failback: never'),
      '6:5: warning: feeds[0].failback: has no effect under policy first',
    ],
    [
      'for a group without an interface',
      changed('{ name: B, address: 127.0.0.1', '{ name: B, group: 233.1.2.3'),
      "8:20: warning: feeds[0].lines[1].group: no interface: the kernel's routes choose where to join",
    ],
    [
      'for a late start that nothing refreshes',
      changed('    policy: sticky', '    policy: sticky\n    start: beginning'),
      '6:5: warning: feeds[0].start: without retransmit or snapshot, units before a late start are declared lost',
    ],
    [
      'for two threads on one core',
      `${VALID}threads: { layout: dedicated, cores: { router: 2, lines: [1, 2] } }\n`,
      '11:62: warning: threads.cores.lines[1]: core 2 already runs router: two threads share it',
    ],
    [
      'for cores that the layout does not use',
      `${VALID}threads: { layout: fused, cores: { router: 2 } }\n`,
      '11:36: warning: threads.cores.router: has no effect in layout fused',
    ],
  ];

  it.each(cases)('%s', (_name, text, expected) => {
    expect(examineConfig(text, 'c.yaml').config).toBeDefined();
    expect(problemsOf(text)).toEqual([`c.yaml:${expected}`]);
  });
});

describe('a config file', () => {
  it('that is not there is named', () => {
    expect(() => loadConfig('/nowhere/at/all.yaml')).toThrow('/nowhere/at/all.yaml:1:1: there is no such file');
  });

  it('may have a byte order mark and Windows line ends', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmline-config-'));
    try {
      const file = join(folder, 'c.yaml');
      writeFileSync(file, `\uFEFF${VALID.replaceAll('\n', '\r\n')}`);
      expect(loadConfig(file).venue).toBe('test');
      writeFileSync(file, VALID.replaceAll('\n', '\r\n').replace('policy: sticky', 'policy: x'));
      expect(() => loadConfig(file)).toThrow(`${file}:5:13: `);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const durationText = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.constantFrom('us', 'ms', 's')).map(([n, unit]) => ({
  text: `${n}${unit}`,
  ns: n * { us: 1e3, ms: 1e6, s: 1e9 }[unit as 'us' | 'ms' | 's'],
}));

describe('any valid config', () => {
  it('comes back from YAML with each value as written, and each default where none was', () => {
    const lineNames = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 2, maxLength: 4 });
    const feed = fc.record({
      lines: lineNames,
      policy: fc.option(fc.constantFrom('first' as const, 'sticky' as const), { nil: undefined }),
      holdOffTime: fc.option(durationText, { nil: undefined }),
      holdOffCount: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
      budget: fc.option(fc.integer({ min: 1000, max: 1e6 }), { nil: undefined }),
      windowKiB: fc.option(fc.integer({ min: 128, max: 4096 }), { nil: undefined }),
    });
    const arbitrary = fc.record({
      feeds: fc.array(feed, { minLength: 1, maxLength: 4 }),
      lineWidth: fc.constantFrom(0, 20, 80),
      flow: fc.boolean(),
      slot: fc.option(fc.integer({ min: 64, max: 65_536 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(arbitrary, (wanted) => {
        let port = 20_000;
        const input: ConfigInput = {
          venue: 'v',
          protocol: 'nasdaq',
          feeds: wanted.feeds.map((one, i) => ({
            name: `f${i}`,
            lines: one.lines.map((name) => ({ name, address: '127.0.0.1', port: port++ })),
            policy: one.policy,
            holdOff: { time: one.holdOffTime?.text, count: one.holdOffCount },
            gapDeadline: '2000s',
            retransmit: { servers: [{ address: '10.0.0.1', port: 9 }], budget: { units: one.budget } },
            window: one.windowKiB === undefined ? undefined : { bytes: `${one.windowKiB}KiB` },
          })),
          io: { slot: wanted.slot === undefined ? undefined : `${wanted.slot}B` },
        };
        const text = stringify(input, { lineWidth: wanted.lineWidth, collectionStyle: wanted.flow ? 'flow' : 'any' });
        const config = parseConfig(text, 'c.yaml');
        expect(config.io.slotBytes).toBe(wanted.slot ?? 2048);
        wanted.feeds.forEach((one, i) => {
          const got = config.feeds[i];
          expect(got.lines.map((line) => line.name)).toEqual(one.lines);
          expect(got.active).toBe(one.lines[0]);
          expect(got.policy).toBe(one.policy ?? 'first');
          expect(got.holdOff).toEqual({ count: one.holdOffCount ?? 1000, timeNs: one.holdOffTime?.ns ?? 5e6 });
          expect(got.retransmit?.budget).toEqual({ units: one.budget ?? 1_000_000, perNs: 10e9 });
          expect(got.window.bytes).toBe((one.windowKiB ?? 16_384) * 1024);
        });
      }),
    );
  });
});

describe('any text at all', () => {
  it('is read or refused with problems that have a place in it, never thrown at', () => {
    const words = fc.constantFrom(
      ...'venue protocol feeds lines name port group address holdOff time 5ms &a *a << strategies cme nasdaq'.split(
        ' ',
      ),
      ...[
        ': ',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '#',
        '|',
        '---\n',
        '!!map ',
        '? ',
        '0',
        '1e9',
        '\t',
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        const { config, problems } = examineConfig(one, 'c.yaml');
        expect(config === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a value of any kind in any place of a config is read or refused likewise', () => {
    const base = {
      venue: 'v',
      protocol: 'nasdaq',
      feeds: [{ name: 'f', lines: [{ name: 'A', group: '233.1.1.1', port: 1 }], holdOff: { count: 1 } }],
      threads: { cores: { lines: [1] }, scheduling: { class: 'fifo' }, idle: 'spin' },
      strategies: [{ name: 's', module: 'm', feeds: ['f'] }],
    };
    const places = [
      ['venue'],
      ['protocol'],
      ['feeds'],
      ['feeds', 0],
      ['feeds', 0, 'lines'],
      ['feeds', 0, 'lines', 0],
      ['feeds', 0, 'lines', 0, 'group'],
      ['feeds', 0, 'holdOff'],
      ['feeds', 0, 'snapshot'],
      ['feeds', 0, 'retransmit'],
      ['feeds', 0, 'window'],
      ['threads'],
      ['threads', 'cores'],
      ['threads', 'scheduling'],
      ['strategies'],
      ['strategies', 0],
      ['strategies', 0, 'feeds'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), (place, value) => {
        const input = structuredClone(base);
        // biome-ignore lint/suspicious/noExplicitAny: any place of a nested structure
        let node: any = input;
        for (const key of place.slice(0, -1)) node = node[key];
        node[place[place.length - 1]] = value;
        expect(() => examineConfig(stringify(input), 'c.yaml')).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});
