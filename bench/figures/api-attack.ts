import type { Criterion, Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic, type Turn } from '../lib/interleave.ts';
import type { Program, Sample } from '../lib/program.ts';
import { ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { type Surroundings, Traffic } from '../lib/traffic.ts';

const RATE = 10_000;
const SAMPLE_MS = 200;
const WARM_SAMPLES = 4;
const RESUME_MS = 50;

/** The hot path while the API is attacked. */
export const apiAttack: Figure = {
  id: 'api-attack',
  title:
    'Datagram handed to the kernel on line A → strategy callback, while everything at once attacks the API of the same process',
  unit: 'ns',
  async run(context) {
    const traffic = new Traffic(await context.startC('sender'));
    const start = (as: string) => context.startNode('receive', `mode=wire api=1 resumeMs=${RESUME_MS}`, { as });
    const ours = await start('ours');
    const again = await start('ours again');
    const attacker = await context.startC('api_attack');
    const pattern = `mode=paced catchUp=0 rate=${RATE} ms=${context.milliseconds(SAMPLE_MS)}`;
    for (const program of [ours, again]) for (let i = 0; i < WARM_SAMPLES; i++) await traffic.sample(program, pattern);
    const attack = (name: string, program: Program): Turn => ({
      name,
      program,
      run: () => traffic.sample(program, pattern, undefined, '', attackOn(program, attacker)),
    });
    const runs = await interleave(
      [traffic.turn('quiet', ours, pattern), attack('attacked', ours), traffic.turn('quietAgain', again, pattern)],
      context.rounds(),
    );
    const of = (name: string, q: number) => statistic(runs.samples.get(name)!, latencyQuantile(q));
    const compare = (stat: string, q: number, atMost: number): Criterion => {
      const ratio = ratioOfPairs(of('attacked', q), of('quiet', q));
      return {
        stat: `${stat} under attack`,
        ours: ratio.median,
        c: null,
        node: null,
        bound: `≤ ${atMost} × quiet`,
        holds: ratio.median <= atMost,
        value: ratio.median,
        ratio,
      };
    };
    const ratioRow = (stat: string, q: number): string[] => {
      const attacked = ratioOfPairs(of('attacked', q), of('quiet', q));
      const same = ratioOfPairs(of('quietAgain', q), of('quiet', q));
      return [stat, `${number(attacked.median)} ×`, spread(attacked), `${number(same.median)} ×`, spread(same)];
    };
    return {
      criteria: [compare('p50', 0.5, 1.1), compare('p90', 0.9, 1.5), compare('p99', 0.99, 1.5)],
      noise: ratioOfPairs(of('quietAgain', 0.5), of('quiet', 0.5)),
      tables: [
        {
          title: `${number(RATE)} messages/s, one a packet, each on both lines [ns]`,
          columns: percentileColumns,
          rows: [...runs.samples].map(([name, samples]) => percentileRow(name, pooled(samples))),
        },
        {
          title: 'Within a round: what the attack changes, and what the machine changes without one',
          columns: ['', 'attacked ÷ quiet', 'middle half (80 %)', 'quiet ÷ quiet', 'middle half (80 %)'],
          rows: [ratioRow('p50', 0.5), ratioRow('p90', 0.9), ratioRow('p99', 0.99)],
        },
        attackTable(runs.samples.get('attacked')!),
      ],
      collections: collectionsOf(runs.samples.get('attacked')!),
      notes: [
        'The router runs as `warmline run` starts it, with the API on loopback at its default limits. The attacker is one C program that does all of this at once and does not rest: requests that never end, connections opened and reset, pipelined requests with wrong tokens, hosts and methods, frames longer than memory, floods of messages, clients that subscribe and never read.',
        'The hot thread has one core; generator, attacker and the main thread with the API (`threads.cores.main`) share the other, V8’s helpers as well. So the attack takes the generator’s time, too: it takes the stamp right before it sends, and where it was held up it goes on later instead of catching up, in the quiet samples as well.',
        'What remains of that in the numbers: where the generator loses its core between stamp and send, the wait counts as latency; and its own send begins with caches that the attacker has used. The tail beyond p99 is the generator’s as much as the router’s.',
        'One machine, so the attack comes over loopback, at rates that a network would not carry; its work in the kernel is done on the attacker’s core, as a network card’s interrupts would be kept off the hot cores.',
        'A connection that was refused counts as opened: the kernel takes it before the API can say no.',
      ],
      raw: rawOf(runs, `${RATE}/s`),
    };
  },
};

/** The attacker at work around a sample. */
function attackOn(program: Program, attacker: Program): Surroundings {
  let attacking: Promise<Sample> | undefined;
  return {
    begin: () =>
      new Promise((resolve, reject) => {
        attacking = attacker.go(`port=${program.ready.apiPort}`, resolve);
        attacking.catch(reject);
      }),
    end: async () => {
      attacker.say('end');
      const { ops: _, ns, ...counts } = await attacking!;
      return { attack: { ...counts, ns } };
    },
  };
}

const ATTACK_ROWS: readonly (readonly [string, string])[] = [
  ['opened', 'connections opened by the attacker'],
  ['lost', 'connections that were cut off or refused'],
  ['requests', 'requests and upgrades sent'],
  ['frames', 'WebSocket frames sent'],
  ['sentBytes', 'bytes sent'],
];
const API_ROWS: readonly (readonly [string, string])[] = [
  ['requests', 'requests that the API looked at'],
  ['refusedRequests', 'requests that it refused'],
  ['failedLogins', 'wrong tokens that it answered'],
  ['connectionsRefused', 'connections that it refused'],
];

/** What was thrown at the API, and what it took of it. */
function attackTable(samples: readonly Sample[]) {
  const sum = (of: (sample: Sample) => number) => samples.reduce((total, sample) => total + of(sample), 0);
  const seconds = sum(({ attack }) => (attack as Record<string, number>).ns!) / 1e9;
  const row = (label: string, total: number) => [label, number(total), number(total / seconds)];
  return {
    title: 'The attack, all rounds together',
    columns: ['', 'in all', 'a second'],
    rows: [
      ...ATTACK_ROWS.map(([key, label]) =>
        row(
          label,
          sum(({ attack }) => (attack as Record<string, number>)[key]!),
        ),
      ),
      ...API_ROWS.map(([key, label]) =>
        row(
          label,
          sum(({ api }) => (api as Record<string, number>)[key]!),
        ),
      ),
    ],
  };
}
