import { absolute, againstTwin } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic } from '../lib/interleave.ts';
import { quantile, ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { WithVenue } from '../lib/with-venue.ts';

const ROUNDS = 44;
/** 44 rounds of them: more than ten thousand. */
const FAILOVERS = 230;
const SMOKE_FAILOVERS = 12;
const AGAIN_FAILOVERS = 60;
const INFLIGHT = 1000;
const COLD_LOGINS = 50;
const WARM_SAMPLES = 3;
const MOST_P99_NS = 100_000;

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
    const few = go(context.smoke ? SMOKE_FAILOVERS : AGAIN_FAILOVERS);
    const logins = `failovers=${context.smoke ? SMOKE_FAILOVERS : COLD_LOGINS}`;
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const one of [ours, again, c]) await one.sample(few);
    const runs = await interleave(
      [
        ours.turn('ours', many),
        c.turn('c', many),
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
    const of = (name: string, q: number) => statistic(runs.samples.get(name)!, latencyQuantile(q));
    const all = (name: string) => pooled(runs.samples.get(name)!);
    const p99 = (name: string) => quantile(all(name).sort(), 0.99);
    const bareRatio = ratioOfPairs(of('ours', 0.5), of('bare', 0.5));
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
