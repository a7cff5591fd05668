import { againstTwin } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic } from '../lib/interleave.ts';
import { decodeSamples, type Sample } from '../lib/program.ts';
import { ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { WithVenue } from '../lib/with-venue.ts';

const TAKEOVERS = 100;
const SMOKE_TAKEOVERS = 12;
const INFLIGHT = 10;
/** At least two: the order that goes out first on a new host must not be what makes the venue reset it. */
const MORE_INFLIGHT = [2, 100, 1000] as const;
const MORE_ROUNDS = 4;
const MORE_TAKEOVERS = 50;
const WARM_SAMPLES = 6;

/** Samples of the logins alone. */
const loginsOf = (samples: readonly Sample[]): Sample[] =>
  samples.map((one) => ({ ...one, latency: decodeSamples(one.login as string) }));

/** The host that a port is logged on to resets it; the primed mirror host takes over. */
export const mirrorTakeover: Figure = {
  id: 'mirror-takeover',
  title:
    'Reset by the host that a port is logged on to read → first order sent on its mirror host: log on with the next number, replay, barrier; 10 orders in flight, journal `process`',
  unit: 'ns',
  async run(context) {
    const node = (as: string) => WithVenue.startNode(context, 'mirror', 'session-failover', 'shape=mirror', { as });
    const ours = await node('ours');
    const again = await node('ours again');
    const c = await WithVenue.startC(context, 'mirror', 'session_failover', 'mode=mirror');
    const takeovers = (full: number) => (context.smoke ? SMOKE_TAKEOVERS : full);
    const go = (inflight: number, full = TAKEOVERS) => `failovers=${takeovers(full)} inflight=${inflight}`;
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const one of [ours, again, c]) await one.sample(go(INFLIGHT));
    const main = await interleave(
      [ours.turn('ours', go(INFLIGHT)), c.turn('c', go(INFLIGHT)), again.turn('oursAgain', go(INFLIGHT))],
      context.rounds(),
    );
    const more = [];
    for (const inflight of MORE_INFLIGHT) {
      const turns = [ours.turn('ours', go(inflight, MORE_TAKEOVERS)), c.turn('c', go(inflight, MORE_TAKEOVERS))];
      more.push({ inflight, runs: await interleave(turns, context.rounds(MORE_ROUNDS)) });
    }
    const samples = main.samples.get('ours')!;
    const twin = main.samples.get('c')!;
    for (const { losses, ops } of samples) {
      if (losses !== ops) throw new Error(`${losses} connections were lost in ${ops} takeovers`);
    }
    const p50 = latencyQuantile(0.5);
    const logins = { ours: loginsOf(samples), c: loginsOf(twin) };
    const [byC, byOurs] = [statistic(logins.c, p50), statistic(logins.ours, p50)];
    const of = (name: string) => statistic(main.samples.get(name)!, p50);
    const againstOwn = ratioOfPairs(of('ours'), byOurs);
    const takeoverRatio = ratioOfPairs(of('ours'), of('c'));
    return {
      criteria: [
        {
          ...againstTwin({ stat: 'p50, ÷ login round trip', ours: of('ours'), c: byC, twin: 'c', atMost: 2 }),
          bound: '≤ 2 × login round trip (C)',
        },
      ],
      noise: ratioOfPairs(of('oursAgain'), of('ours')),
      tables: [
        {
          title: `Takeover, ${INFLIGHT} orders in flight [ns]`,
          columns: percentileColumns,
          rows: [
            percentileRow('ours', pooled(samples)),
            percentileRow('C twin, without risk, store and journal', pooled(twin)),
          ],
        },
        {
          title: 'Login round trip within it: login sent → its answer read [ns]',
          columns: percentileColumns,
          rows: [percentileRow('ours', pooled(logins.ours)), percentileRow('C twin', pooled(logins.c))],
        },
        {
          title: 'Takeover by orders in flight [ns]',
          columns: percentileColumns,
          rows: more.flatMap(({ inflight, runs }) => [
            percentileRow(`ours, ${number(inflight)} in flight`, pooled(runs.samples.get('ours')!)),
            percentileRow(`C twin, ${number(inflight)} in flight`, pooled(runs.samples.get('c')!)),
          ]),
        },
        {
          title: 'p50 against other measures of the same rounds',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: [
            ['÷ login round trip as our own session measures it', `${number(againstOwn.median)} ×`, spread(againstOwn)],
            ['÷ takeover of the C twin', `${number(takeoverRatio.median)} ×`, spread(takeoverRatio)],
          ],
        },
      ],
      collections: collectionsOf(samples),
      notes: [
        'Two round trips lie in it by nature: the login, and the barrier that proves that nothing of the lost connection is under way before the host carries new orders.',
        'The mirror host was connected before, its login ready in the buffer; the lost host is dialled and primed again outside of the measured time.',
        'Orders in flight become unknown, and are resolved by the barrier’s answer before the first order goes out: the more there are the longer it takes.',
        'The venue has nothing to replay but what was read already; loopback: no network card, no switch.',
      ],
      raw: [
        ...rawOf(main, go(INFLIGHT)),
        ...more.flatMap(({ inflight, runs }) => rawOf(runs, go(inflight, MORE_TAKEOVERS))),
      ],
    };
  },
};
