import { Arbiter } from '../feed/arbiter.ts';
import { type ArbiterConfig, defaultArbiterConfig } from '../feed/arbiter-config.ts';
import type { FeedProtocol } from '../feed/protocol.ts';
import { TimeCell } from '../feed/sink.ts';
import { CALLBACKS } from '../gateway/rehearsal-disguise.ts';
import { BroadcastWriter } from '../ring/broadcast-ring.ts';
import { createBroadcastRing } from '../ring/broadcast-ring-descriptor.ts';
import { SpscConsumer, SpscProducer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { Clock } from '../runtime/clock.ts';
import { HISTOGRAM_CELLS } from '../runtime/histogram.ts';
import { STRATEGY_CELLS, StrategyHost, type StrategyReporter } from '../strategy/strategy-host.ts';
import { FeedRouter } from './feed-router.ts';
import { TurnClock } from './turn-clock.ts';

/** What is exercised: the protocols and policies of the config's feeds, and hosts with the shape of its strategies. */
export interface WarmUpInput {
  readonly feeds: readonly { readonly protocol: FeedProtocol; readonly arbiter: ArbiterConfig }[];
  readonly hosts: readonly StrategyHost[];
  readonly broadcasts: boolean;
  readonly clock: Clock;
  /** How long, for all feeds together. */
  readonly budgetNs: number;
}

const BOOKS = { maxOrders: 4096, maxInstruments: 64 };
const RING_BYTES = 1 << 18;
const PACKET_BYTES = 4096;
const STEP_NS = 1000;
const MAX_DRAINED = 100_000;
/** Packets in order between two disturbances. */
const CALM_PACKETS = 24;
const HELD_PACKETS = 4;
/** Rounds after which time is let pass, so that lines fall silent and come back. */
const ROUNDS_PER_SILENCE = 4;
/** Looks at the lines' health in each round: a look takes many runs to be compiled, and little time. */
const LOOKS = 8;
/** Packets of the other line while one is silent. */
const SILENT_PACKETS = 3;

/**
 * An arbiter's entries, called through proxies: V8 compiles no call through a proxy into its caller. Were they compiled
 * into the rehearsal, then what they seldom call (a look at the lines' health, fifty times a second) would still be
 * interpreted half a minute into the day, and allocate with every double it reads.
 */
const onPacket = new Proxy(Arbiter.prototype.onPacket, {});
const onTime = new Proxy(Arbiter.prototype.onTime, {});

const SILENT: StrategyReporter = { log: () => {}, failed: () => {} };

/**
 * Exercises the path of a packet before the first one comes: in order, in duplicate, with holes that the other line
 * fills, with lines that fall silent. Without it the first gap of the day would run in V8's interpreter, some twenty
 * times slower than the thousandth. Works on scratch feeds and books of its own; nothing of it is ever seen.
 */
export function warmUp(input: WarmUpInput): void {
  const { clock, budgetNs, feeds } = input;
  clock.read();
  const startNs = clock.nowNs[0];
  const rehearsals = distinct(feeds).flatMap(({ protocol, arbiter }) => {
    const asConfigured = new Rehearsal(protocol, arbiter, input);
    if (arbiter.policy !== 'sticky') return [asConfigured];
    // as a rule lag is noticed first: where it never is, silence has its turn
    const patient = { ...arbiter, lagNs: arbiter.staleAfterNs * 10, lagUnits: Number.MAX_SAFE_INTEGER };
    return [asConfigured, new Rehearsal(protocol, patient, input)];
  });
  for (let round = 0; clock.nowNs[0] - startNs < budgetNs; round++) {
    for (const rehearsal of rehearsals) rehearsal.play(round);
    clock.read();
  }
}

/** One feed per protocol and policy is enough: code is shared. */
function distinct(feeds: WarmUpInput['feeds']): WarmUpInput['feeds'] {
  const seen = new Set<string>();
  return feeds.filter(({ protocol, arbiter }) => {
    const key = `${protocol.name} ${arbiter.policy}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

class Rehearsal {
  private readonly router: FeedRouter;
  private readonly protocol: FeedProtocol;
  private readonly hosts: readonly { readonly real: StrategyHost; readonly scratch: StrategyHost }[];
  private readonly packet = new Uint8Array(PACKET_BYTES);
  private readonly view = new DataView(this.packet.buffer);
  private readonly first = new Float64Array([1]);
  private readonly turn: TurnClock;
  private readonly reports: SpscConsumer;
  /** Writes a packet; through a proxy too: compiled into the rehearsal it would keep the compiler busy for half a second. */
  private readonly write: FeedProtocol['sample']['write'];

  constructor(protocol: FeedProtocol, arbiter: ArbiterConfig, input: WarmUpInput) {
    this.protocol = protocol;
    this.write = new Proxy(protocol.sample.write, {});
    const handler = protocol.createHandler?.(BOOKS);
    const memory = createSpscRing(RING_BYTES);
    this.reports = new SpscConsumer(memory);
    this.turn = new TurnClock(input.clock, new Float64Array(HISTOGRAM_CELLS));
    const named = [{ name: 'rehearsal', handler }];
    this.hosts = input.hosts.map((real) => {
      const spec = { name: real.name, module: '', options: {}, feeds: [0] };
      const cells = new Float64Array(STRATEGY_CELLS);
      return { real, scratch: new StrategyHost(spec, 'fused', named, this.turn.now, cells, SILENT) };
    });
    const lines = defaultArbiterConfig.lines;
    this.router = new FeedRouter(
      0,
      'rehearsal',
      protocol,
      // cloned as the feeds' own configs were: V8 then compiles code that serves them, too
      structuredClone({ ...arbiter, lines, activeLine: 0, retransmit: undefined, snapshot: undefined }),
      handler,
      undefined,
      {
        hosts: this.hosts.map(({ scratch }) => scratch),
        broadcast: input.broadcasts ? new BroadcastWriter(createBroadcastRing(RING_BYTES)) : undefined,
        reports: new SpscProducer(memory),
        clock: this.turn,
      },
    );
  }

  /** A stretch of calm on two lines, a hole that the other line fills, now and then a line that falls silent. */
  play(round: number): void {
    const { maxUnits } = this.protocol.sample;
    for (const { real, scratch } of this.hosts) scratch.use(real.standIn(CALLBACKS[round % CALLBACKS.length]));
    for (let i = 0; i < CALM_PACKETS; i++) {
      const units = 1 + ((round + i) % maxUnits);
      this.bring(0, 0, units);
      this.bring(1, 0, units);
      this.first[0] += units;
    }
    this.lookAtLines();
    const unitsHeld = 1 + (round % Math.min(2, maxUnits));
    // line 0 has a hole; the other line fills it afterwards, or has brought what is missing already
    const fillerFirst = (round & 1) === 0;
    if (fillerFirst) for (let i = 0; i <= HELD_PACKETS; i++) this.bring(1, i * unitsHeld, unitsHeld);
    for (let i = 1; i <= HELD_PACKETS; i++) this.bring(0, i * unitsHeld, unitsHeld);
    if (!fillerFirst) for (let i = 0; i <= HELD_PACKETS; i++) this.bring(1, i * unitsHeld, unitsHeld);
    this.first[0] += (HELD_PACKETS + 1) * unitsHeld;
    if (round % ROUNDS_PER_SILENCE === 0) this.fallSilent();
    this.reports.drain({ onRecord: () => {} }, MAX_DRAINED);
  }

  /** Time for a look at the lines' health: so rare in a day that V8 would not compile it for half a minute. */
  private lookAtLines(): void {
    const { arbiter } = this.router;
    const stepNs = Math.min(arbiter.config.lagNs, arbiter.config.staleAfterNs / 4);
    for (let look = 0; look < LOOKS; look++) {
      arbiter.time[TimeCell.nowNs] += stepNs;
      this.bring(0, 0, 1);
      this.bring(1, 0, 1);
      this.first[0]++;
    }
  }

  /** The leading line stops, the other goes on: under `sticky` it takes over. */
  private fallSilent(): void {
    const { arbiter } = this.router;
    for (let i = 0; i < SILENT_PACKETS; i++) {
      this.bring(1, 0, 1);
      this.first[0]++;
      arbiter.time[TimeCell.nowNs] += Math.min(arbiter.config.lagNs, arbiter.config.staleAfterNs / 2);
      onTime.call(arbiter);
    }
    this.bring(0, 0, 1);
    arbiter.operatorFailback();
  }

  private bring(line: number, ahead: number, units: number): void {
    const { arbiter } = this.router;
    this.first[0] += ahead;
    const length = this.write.call(this.protocol.sample, this.view, this.first, units);
    this.first[0] -= ahead;
    arbiter.time[TimeCell.nowNs] += STEP_NS;
    this.turn.begin(arbiter.time, true);
    arbiter.time[TimeCell.rxNs] = arbiter.time[TimeCell.nowNs];
    onPacket.call(arbiter, line, this.packet, this.view, 0, length);
    onTime.call(arbiter);
  }
}
