import { DEFAULT_SESSION_OPTIONS } from '../../src/order/session-options.ts';
import { SILENCE_NS } from '../../src/venues/nasdaq/soupbintcp.ts';
import { absolute, againstTwin } from '../lib/criteria.ts';
import type { BenchContext, Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic } from '../lib/interleave.ts';
import { median, quantile, ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { WithVenue } from '../lib/with-venue.ts';

const ROUNDS = 44;
/** 44 rounds of them: more than ten thousand. */
const FAILOVERS = 230;
const SMOKE_FAILOVERS = 12;
const TWIN_FAILOVERS = 120;
const AGAIN_FAILOVERS = 30;
const INFLIGHT = 1000;
const COLD_LOGINS = 50;
const WARM_SAMPLES = 3;
const MOST_P99_NS = 100_000;
const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;
const DETECTIONS = 8;
/** Longer than any of the silences that are to be noticed. */
const QUIET_MS = 300;
const DETECTED = [
  {
    evidence: 'ackDeadline',
    label: 'an order unanswered (a floor, and five times the session’s own p99.9)',
    shippedNs: DEFAULT_SESSION_OPTIONS.ackDeadlineFloorNs,
  },
  { evidence: 'missedHeartbeats', label: 'nothing heard', shippedNs: SILENCE_NS },
] as const;

/** What the sessions' own evidence measures while the venue is silent. */
async function detectionWindows(context: BenchContext): Promise<string[][]> {
  const rows: string[][] = [];
  for (const { evidence, label, shippedNs } of DETECTED) {
    const one = await WithVenue.startNode(context, 'ports', 'session-detect', `evidence=${evidence}`, { as: evidence });
    const sample = await one.sample(`count=${DETECTIONS}`, `quietMs=${QUIET_MS}`);
    await one.end();
    const p50 = latencyQuantile(0.5)(sample);
    const shipped = `${number(shippedNs / NS_PER_MS)} ms`;
    rows.push([
      label,
      shipped,
      `${number(p50 / NS_PER_MS)} ms`,
      `${number((sample.boundNs as number) / NS_PER_MS)} ms`,
    ]);
  }
  return rows;
}

/** A session's connection is reset; its orders are in flight; the next one goes to the peer. */
export const sessionFailover: Figure = {
  id: 'session-failover',
  title:
    'Reset of the active session read → `send` of a waiting order on the warm peer returned; two ports over TCP, 1,000 orders in flight, journal `process`',
  unit: 'ns',
  async run(context) {
    const ours = await WithVenue.startNode(context, 'ports', 'session-failover', '', { as: 'ours' });
    const again = await WithVenue.startNode(context, 'ports', 'session-failover', '', { as: 'ours again' });
    const c = await WithVenue.startC(context, 'ports', 'session_failover', 'mode=full');
    const bare = await WithVenue.startC(context, 'ports', 'session_failover', 'mode=bare');
    const cold = await WithVenue.startC(context, 'ports', 'session_failover', 'mode=cold');
    const net = await WithVenue.startNode(context, 'ports', 'cold-login-node', '', { as: 'net, connect and log in' });
    const go = (failovers: number) => `failovers=${failovers} inflight=${INFLIGHT}`;
    const many = go(context.smoke ? SMOKE_FAILOVERS : FAILOVERS);
    const fewer = go(context.smoke ? SMOKE_FAILOVERS : TWIN_FAILOVERS);
    const few = go(context.smoke ? SMOKE_FAILOVERS : AGAIN_FAILOVERS);
    const logins = `failovers=${context.smoke ? SMOKE_FAILOVERS : COLD_LOGINS}`;
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const one of [ours, again, c]) await one.sample(few);
    const runs = await interleave(
      [
        ours.turn('ours', many),
        c.turn('c', fewer),
        bare.turn('bare', few),
        again.turn('oursAgain', few),
        cold.turn('cold', logins, 'failovers=0'),
        net.turn('net', logins, 'failovers=0'),
      ],
      context.rounds(ROUNDS),
    );
    const samples = runs.samples.get('ours')!;
    for (const { losses, ops } of samples) {
      if (losses !== ops) throw new Error(`${losses} connections were lost in ${ops} failovers`);
    }
    const windows = await detectionWindows(context);
    const of = (name: string, q: number) => statistic(runs.samples.get(name)!, latencyQuantile(q));
    const all = (name: string) => pooled(runs.samples.get(name)!);
    const p99 = (name: string) => quantile(all(name).sort(), 0.99);
    const bareRatio = ratioOfPairs(of('ours', 0.5), of('bare', 0.5));
    const atVenue = (q: number) =>
      statistic(samples, (one) => quantile(Float32Array.from(one.venueLatency as Float32Array).sort(), q));
    const venueSide = (name: string) =>
      pooled(runs.samples.get(name)!.map((one) => ({ ...one, latency: one.venueLatency as Float32Array })));
    return {
      criteria: [
        againstTwin({
          stat: 'p50',
          ours: of('ours', 0.5),
          c: of('c', 0.5),
          node: of('net', 0.5),
          twin: 'c',
          atMost: 1.5,
        }),
        absolute('p99', p99('ours'), { atMost: MOST_P99_NS, text: '≤ 100 µs' }, { c: p99('c'), node: p99('net') }),
      ],
      noise: ratioOfPairs(of('oursAgain', 0.5), of('ours', 0.5)),
      tables: [
        {
          title: 'Switch: evidence read → `send` on the peer returned [ns]',
          columns: percentileColumns,
          rows: [
            percentileRow('ours', all('ours')),
            percentileRow('C twin with risk, store and journal', all('c')),
            percentileRow('C, two bare sockets and an encoded order', all('bare')),
          ],
        },
        {
          title: 'Without a warm session: connect, log on, accepted; the order comes after that [ns]',
          columns: percentileColumns,
          rows: [percentileRow('C', all('cold')), percentileRow('Node, `net`', all('net'))],
        },
        {
          title: 'As the venue sees it: `close` that resets entered → the order read on the other connection [ns]',
          columns: percentileColumns,
          rows: [percentileRow('ours', venueSide('ours')), percentileRow('C twin', venueSide('c'))],
        },
        {
          title: 'Detection windows, apart from the switch: how long a failed session passes for sound',
          columns: ['evidence', 'as shipped', 'measured here, p50', 'with a bound of'],
          rows: [
            [
              'reset or end of stream',
              'the next read',
              `${number((median(atVenue(0.5)) - median(of('ours', 0.5))) / NS_PER_US)} µs`,
              'none',
            ],
            ...windows,
            ['kernel takes no bytes', `${number(DEFAULT_SESSION_OPTIONS.stalledWriteNs / NS_PER_MS)} ms`, '–', ''],
            ['sent bytes unacknowledged (`TCP_USER_TIMEOUT`)', '`orders.sessions.userTimeout`', '–', ''],
          ],
        },
        {
          title: 'Ours against the bare sockets, p50',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: [['÷ C, two bare sockets', `${number(bareRatio.median)} ×`, spread(bareRatio)]],
        },
      ],
      collections: collectionsOf(samples),
      notes: [
        'The gateway, its sessions, risk, store, ledger, journal and reports to the main thread are the shipped ones; the strategy sends its order from within the event by which it hears of the route.',
        'A sample begins with the clock read before the turn that finds the reset, so one look at each socket is in it, in all programs.',
        'The deadline for answers is off here: the venue answers nothing, so that all orders stay in flight. Failover alternates between the two ports; the lost one logs on again and resolves a thousand unknown orders outside of the measured time.',
        'The journal’s files are kept in memory here, for both: no order waits for them, but a slow disk’s syncs would let the ring fill at this rate of failovers.',
        'Loopback: no network card, no switch; the reset is there as soon as the venue’s `close` returns.',
      ],
      raw: rawOf(runs, many),
    };
  },
};
