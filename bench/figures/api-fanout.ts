import { join } from 'node:path';
import { againstTwin } from '../lib/criteria.ts';
import { FANOUT_CHANNEL } from '../lib/fanout-channel.ts';
import type { Figure } from '../lib/figure.ts';
import { type Interleaved, interleave, rawOf, statistic, type Turn } from '../lib/interleave.ts';
import type { Program, Sample } from '../lib/program.ts';
import { median, ratioOfPairs } from '../lib/stats.ts';
import { number, spread } from '../lib/text.ts';
import { assertSameChecksums } from '../lib/workload-figure.ts';

const FLAT_ROUNDS = 22;
const PACED_ROUNDS = 20;
/** Changes of the book in one sample, by clients. */
const FLAT_DELTAS = new Map([
  [1, 3000],
  [50, 300],
  [200, 80],
]);
const PACED_DELTAS = 10;
const SMOKE_SHARE = 0.25;
const NOISE_CLIENTS = 50;
/** With one client both spend nearly all of their time on finding the same delta: what noise can make of that. */
const SAME_WORK = 1.25;

const messagesPerSecond = ({ ops, ns }: Sample): number => (ops / ns) * 1e6;
const cpuPerMessage = ({ ops, serverCpuNs }: Sample): number => (serverCpuNs as number) / ops / 1e3;
const cpuShare = ({ serverCpuNs, serverNs }: Sample): number => (serverCpuNs as number) / (serverNs as number);
const bytesPerMessage = ({ ops, bytes }: Sample): number => (bytes as number) / ops;

/** The API server beside one on `ws`. */
export const apiFanout: Figure = {
  id: 'api-fanout',
  title: 'Deltas of a book in shared memory sent to WebSocket clients: the API server beside a server on `ws`',
  unit: 'thousand messages/s delivered',
  async run(context) {
    const flags = ['--import', join(import.meta.dirname, '../lib/pin-main.ts')];
    const servers = {
      ours: await context.startNode('fanout', '', { as: 'ours', flags }),
      ws: await context.startNode('fanout-ws', '', { as: 'ws', flags }),
      oursAgain: await context.startNode('fanout', '', { as: 'ours again', flags }),
    };
    const client = await context.startC('fanout_client');
    const turnOf = (name: keyof typeof servers, clients: number, flat: boolean): Turn => {
      const full = flat ? FLAT_DELTAS.get(clients)! : PACED_DELTAS;
      const deltas = context.smoke ? Math.ceil(full * SMOKE_SHARE) : full;
      return { name, program: servers[name], run: () => fanOut(client, servers[name], { clients, deltas, flat }) };
    };
    const runs: { clients: number; flat: Interleaved; paced: Interleaved }[] = [];
    for (const clients of FLAT_DELTAS.keys()) {
      const names: (keyof typeof servers)[] = clients === NOISE_CLIENTS ? ['ours', 'ws', 'oursAgain'] : ['ours', 'ws'];
      const flatTurns = names.map((name) => turnOf(name, clients, true));
      for (const turn of flatTurns) await turn.run(0);
      const flat = await interleave(flatTurns, context.rounds(FLAT_ROUNDS));
      const paced = await interleave(
        (['ours', 'ws'] as const).map((name) => turnOf(name, clients, false)),
        context.rounds(PACED_ROUNDS),
      );
      for (const { samples } of [flat, paced]) assertSameChecksums(samples.get('ours')!, samples.get('ws')!);
      runs.push({ clients, flat, paced });
    }
    const of = (run: Interleaved, name: string, stat: (sample: Sample) => number) =>
      statistic(run.samples.get(name)!, stat);
    const pair = (run: Interleaved, stat: (sample: Sample) => number) => ({
      ours: of(run, 'ours', stat),
      node: of(run, 'ws', stat),
    });
    const noisy = runs.find(({ clients }) => clients === NOISE_CLIENTS)!;
    const row = (clients: number, run: Interleaved) => {
      const cell = (name: string, stat: (sample: Sample) => number) => number(median(of(run, name, stat)));
      const cpu = ratioOfPairs(of(run, 'ours', cpuPerMessage), of(run, 'ws', cpuPerMessage));
      return [
        number(clients),
        cell('ours', bytesPerMessage),
        ...['ours', 'ws'].flatMap((name) => [
          cell(name, messagesPerSecond),
          `${number(100 * median(of(run, name, cpuShare)))} %`,
          cell(name, cpuPerMessage),
        ]),
        `${number(cpu.median)} ×`,
        spread(cpu),
      ];
    };
    const columns = [
      'clients',
      'bytes/message',
      ...['ours', 'ws'].flatMap((name) => [`${name}: thousand/s`, 'CPU', 'µs CPU/message']),
      'CPU, ours ÷ ws',
      'middle half (80 %)',
    ];
    return {
      criteria: runs.flatMap(({ clients, flat, paced }) => [
        againstTwin({
          stat: `messages/s, flat out, ${clients} client${clients === 1 ? '' : 's'}`,
          ...pair(flat, messagesPerSecond),
          twin: 'node',
          atLeast: clients === 1 ? 1 / SAME_WORK : 1,
        }),
        againstTwin({
          stat: `µs CPU a message at 100 changes/s, ${clients} client${clients === 1 ? '' : 's'}`,
          ...pair(paced, cpuPerMessage),
          twin: 'node',
          atMost: clients === 1 ? SAME_WORK : 1,
        }),
      ]),
      noise: ratioOfPairs(of(noisy.flat, 'oursAgain', messagesPerSecond), of(noisy.flat, 'ours', messagesPerSecond)),
      tables: [
        { title: 'Flat out', columns, rows: runs.map(({ clients, flat }) => row(clients, flat)) },
        {
          title: '100 changes of the book a second',
          columns,
          rows: runs.map(({ clients, paced }) => row(clients, paced)),
        },
      ],
      notes: [
        'Ours is the shipped server: uWebSockets.js, hub, channels, tokens, limits. The twin has none of the last three; it reads and compares the same book by the same channel and hands the same text to `ws`, turned into bytes once for all clients. Every byte that clients were sent agrees in every round.',
        'The book lies in shared memory, but what changes in it (eight ITCH messages before each look) is written by the server’s own thread, in both programs: with two cores there is none left for a feed. In the product other threads write it.',
        'Flat out: the next look begins with the next turn of the event loop, as the product never does (`api.every` is 10 ms at least). With one client that measures looking at the book rather than sending: one delta takes far longer to find than to send.',
        'One C program is all the clients, on the other core; it is connected anew for each sample, which is outside of the measured time. The server’s CPU is its whole process’s; looks that found nothing new are in it.',
        'Loopback: no network card, no TLS, nobody slow. `ws` runs without its optional native helper, which only unmasks what clients send.',
      ],
      raw: runs.flatMap(({ clients, flat, paced }) => [
        ...rawOf(flat, `${clients} clients, flat out`),
        ...rawOf(paced, `${clients} clients, 100 changes/s`),
      ]),
    };
  },
};

interface Setting {
  readonly clients: number;
  readonly deltas: number;
  readonly flat: boolean;
}

/** One sample: the clients come and subscribe, the book changes, they leave. @returns what they saw, and the server's CPU */
async function fanOut(client: Program, server: Program, { clients, deltas, flat }: Setting): Promise<Sample> {
  let serving: Promise<Sample> | undefined;
  const seen = await client.go(
    `port=${server.ready.port} clients=${clients} deltas=${deltas} channel=${FANOUT_CHANNEL}`,
    () => {
      serving = server.go(`deltas=${deltas} flat=${flat ? 1 : 0}`);
    },
  );
  const served = await serving;
  if (served === undefined || seen.complete !== true)
    throw new Error(`${server.name}: ${seen.ops} of ${clients * deltas} deltas arrived`);
  return { ...seen, serverCpuNs: served.cpuNs, serverNs: served.ns };
}
