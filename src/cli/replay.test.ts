import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCaptures } from '../../test/support/make-captures.ts';
import { replay } from './replay.ts';

const TESTDATA = resolve(import.meta.dirname, '../../test/testdata');
const MAIN = resolve(import.meta.dirname, 'main.ts');
const moldCapture = join(TESTDATA, 'mold-two-lines.pcapng.gz');
const cmeCapture = join(TESTDATA, 'cme-two-channels.pcap');
const moldArguments = [
  '--protocol',
  'moldudp64',
  '--line',
  'A=233.54.12.111:26477',
  '--line',
  'B=233.49.196.111:26477',
];

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `warmline replay …` in a process of its own. */
function warmlineReplay(...args: readonly string[]): Promise<Run> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, 'replay', ...args], (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function expected(name: string): unknown {
  return JSON.parse(readFileSync(join(TESTDATA, name), 'utf8'));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Two channels of one venue in one config. */
const CME_CONFIG = `
venue: cme
protocol: cme
feeds:
  - name: channel-310
    lines: [{ name: A, group: 224.0.31.11, port: 14310 }, { name: B, group: 224.0.32.11, port: 15310 }]
  - name: channel-311
    lines: [{ name: A, group: 224.0.31.11, port: 14311 }, { name: B, group: 224.0.32.11, port: 15311 }]
`;

const NASDAQ_CONFIG = `
venue: small
protocol: nasdaq
feeds:
  - name: moldudp64
    books: { maxOrders: 1024, maxInstruments: 64 }
    lines: [{ name: A, group: 233.54.12.111, port: 26477 }, { name: B, group: 233.49.196.111, port: 26477 }]
`;

describe('the captures in test/testdata', () => {
  it('are what their script makes', () => {
    const inflated = (name: string, bytes: Buffer): Buffer => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    for (const [name, made] of Object.entries(makeCaptures())) {
      const stored = inflated(name, readFileSync(join(TESTDATA, name)));
      expect(stored.equals(inflated(name, made)), name).toBe(true);
    }
  });
});

describe('warmline replay', () => {
  it('prints a JSON array for a capture of two lossy lines, without a config', async () => {
    const { code, stdout, stderr } = await warmlineReplay(...moldArguments, '--capture', moldCapture, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(expected('mold-two-lines.json'));
    expect(Object.keys(JSON.parse(stdout)[0])).toEqual([
      ...[
        'feed',
        'delivered',
        'firstSeq',
        'lastSeq',
        'duplicates',
        'gaps',
        'filled',
        'lost',
        'switches',
        'lines',
        'sha256',
      ],
    ]);
    expect((await warmlineReplay(...moldArguments, '--capture', moldCapture, '--json')).stdout).toBe(stdout);
  });

  it('replays several feeds of a config', async () => {
    const config = file('cme.yaml', CME_CONFIG);
    const { code, stdout, stderr } = await warmlineReplay(config, '--capture', cmeCapture, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(expected('cme-two-channels.json'));
  });

  it('says in words what was found', async () => {
    const { stdout } = await warmlineReplay(...moldArguments, '--capture', moldCapture);
    expect(stdout).toMatch(/mold-two-lines.pcapng.gz: 543 frames, 543 UDP datagrams/);
    expect(stdout).toMatch(/feed moldudp64: 393 units delivered, numbers 101 to 502/);
    expect(stdout).toMatch(
      /lost 9 in 3 gaps; switches 0\n {4}lost 200 to 204 \(5\)\n {4}lost 389\n {4}lost 500 to 502 \(3\)/,
    );
  });

  it('warns of what could not be read, and uses the rest', async () => {
    const whole = gunzipSync(readFileSync(moldCapture));
    const cut = file('cut.gz', gzipSync(whole).subarray(0, 6000));
    const { code, stdout } = await warmlineReplay(...moldArguments, '--capture', cut);
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning: read only in part: its gzip stream is truncated/);
    expect(stdout).toMatch(/feed moldudp64: \d+ units delivered, numbers 101 to/);
  });

  it('names the destinations that a capture holds when none of them is a line', async () => {
    const { code, stderr } = await warmlineReplay(
      '--protocol',
      'moldudp64',
      '--line',
      'A=1.2.3.4:5',
      '--capture',
      moldCapture,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('no packet of the captures belongs to a line');
    expect(stderr).toMatch(/1\.2\.3\.4:5 {2}moldudp64 line A/);
    expect(stderr).toMatch(/233\.54\.12\.111:26477 {2}274\n {2}233\.49\.196\.111:26477 {2}269/);
  });

  it.each([
    ['no capture', [...moldArguments], 2, /--capture <file...>' not specified/],
    [
      'neither config nor protocol',
      ['--capture', moldCapture],
      2,
      /without a config, --protocol and at least one --line/,
    ],
    [
      'a line without a port',
      ['--protocol', 'moldudp64', '--line', 'A=1.2.3.4', '--capture', moldCapture],
      2,
      /NAME=GROUP:PORT/,
    ],
    [
      'a group that is none',
      ['--protocol', 'moldudp64', '--line', 'A=1.2.3:4', '--capture', moldCapture],
      2,
      /NAME=GROUP:PORT/,
    ],
    [
      'an unknown protocol',
      ['--protocol', 'fix', '--line', 'A=1.2.3.4:5', '--capture', moldCapture],
      2,
      /unknown protocol "fix"/,
    ],
    [
      'an unknown speed',
      [...moldArguments, '--speed', 'warp', '--capture', moldCapture],
      2,
      /Allowed choices are max, real/,
    ],
    ['a time without a unit', [...moldArguments, '--hold-off-time', '5', '--capture', moldCapture], 2, /needs a unit/],
    ['a config behind --capture', ['--capture', moldCapture, 'x.yaml'], 2, /put the config before --capture/],
    ['a config beside --line', ['x.yaml', ...moldArguments, '--capture', moldCapture], 2, /without a config/],
    [
      'a file that is not there',
      [...moldArguments, '--capture', '/no/such.pcap'],
      1,
      /no such capture file: \/no\/such.pcap/,
    ],
    ['a file that is no capture', [...moldArguments, '--capture', MAIN], 1, /neither pcap nor pcapng/],
    ['a config that is not there', ['/no/such.yaml', '--capture', moldCapture], 1, /there is no such file/],
  ])('says what is wrong with %s', async (_what, args, code, message) => {
    const run = await warmlineReplay(...args);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(code);
    expect(run.stdout).toBe('');
  });

  it('lets the command line override the hold-off and the policy of a config', async () => {
    const config = file('nasdaq.yaml', NASDAQ_CONFIG);
    const [patient] = await replay(config, { capture: [moldCapture], holdOffTime: 1e9, holdOffCount: 1_000_000 });
    expect(patient.gaps).toEqual([
      [200, 204],
      [389, 389],
      [500, 502],
    ]);
    const [hasty] = await replay(config, { capture: [moldCapture], holdOffCount: 1 });
    expect(hasty.lost).toBeGreaterThan(patient.lost);
    const [sticky] = await replay(config, { capture: [moldCapture], policy: 'sticky' });
    expect(sticky.delivered).toBe(patient.delivered);
    expect(sticky.sha256).toBe(patient.sha256);
    expect(sticky.lines.A.first).toBeGreaterThan(patient.lines.A.first);
  });

  it("shows a config's strategies every delivered message, by the capture's clock", async () => {
    const out = join(folder, 'seen.json');
    file(
      'watcher.ts',
      `import { writeFileSync } from 'node:fs';
       export default (context) => {
         const seen = { deletes: 0, status: [], firstNs: 0, timers: 0 };
         context.setTimer(0, 10, 10);
         return {
           onOrderDelete() { seen.deletes++; seen.firstNs ||= context.now[1]; },
           onFeedStatus(feed) { seen.status.push(feed.status); },
           onTimer() { seen.timers++; },
           onStop() { writeFileSync(${JSON.stringify(out)}, JSON.stringify(seen)); },
         };
       };`,
    );
    const config = file('strategy.yaml', `${NASDAQ_CONFIG}strategy: ./watcher.ts\n`);
    const [report] = await replay(config, { capture: [moldCapture] });
    const seen = JSON.parse(readFileSync(out, 'utf8')) as {
      deletes: number;
      status: number[];
      firstNs: number;
      timers: number;
    };
    expect(seen.deletes).toBe(report.delivered);
    expect(seen.status[0]).toBe(1);
    expect(seen.firstNs).toBeGreaterThan(1e9);
    expect(seen.timers).toBeGreaterThan(3);
    expect(await replay(config, { capture: [moldCapture], strategy: false })).toEqual([report]);
  });

  it('paces a capture by its stamps with --speed real, with the same result', async () => {
    const startedMs = performance.now();
    const options = { capture: [cmeCapture], speed: 'real' as const };
    const reports = await replay(file('cme.yaml', CME_CONFIG), options);
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    expect(reports).toEqual(expected('cme-two-channels.json'));
  });
});
