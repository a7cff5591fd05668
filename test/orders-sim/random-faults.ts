import { CancelCause } from '../../src/order/intents.ts';
import { KILL_PLACES, KillWord } from '../../src/order/kill.ts';
import { EXCHANGE, type FaultKind, ORDER_SIDE } from '../../src/sim/fault-kinds.ts';
import type { FaultSpec } from '../../src/sim/fault-spec.ts';
import { Random } from '../../src/sim/random.ts';
import type { BooksCheck } from './books-check.ts';
import { drawn } from './drawn.ts';
import { COPY_HOST, LEAST_ORDERS, SYMBOLS } from './history-plan.ts';
import type { RandomTrading } from './random-trading.ts';
import type { World } from './world.ts';

const MS = 1e6;
/** Shares that a cancel which comes too late lets trade at most. */
const LATE_SHARES = 100;
const TICK4 = 100;
const MOMENTS_TO_LIVE = 60;

/** One kind of thing that goes wrong: how often among the others, and what it does. */
interface FaultRow {
  readonly name: string;
  readonly weight: number;
  /** Breaks what the venue promises: only in histories that are wild. */
  readonly wild?: boolean;
  strike(faults: RandomFaults): void;
}

/** Faults of a host, by the venue's own grammar. */
const host = (
  kind: FaultKind,
  weight: number,
  spec: (random: Random) => Partial<FaultSpec>,
  wild = false,
): FaultRow => ({
  name: `host ${kind}`,
  weight,
  wild,
  strike: (faults) => faults.atHost(kind, spec(faults.random)),
});

const lasting = (random: Random): Partial<FaultSpec> => ({ forNs: pick(random, [2, 15, 80, 500, 1500]) * MS });
const some = (random: Random): Partial<FaultSpec> => ({ count: 1 + random.below(3) });
const nothing = (): Partial<FaultSpec> => ({});

const FAULTS: readonly FaultRow[] = [
  host('kill', 4, lasting),
  host('reset', 3, nothing),
  host('close', 3, nothing),
  host('freeze', 4, lasting),
  host('blackhole', 3, lasting),
  host('unread', 2, lasting),
  host('withhold', 4, lasting),
  host('slow', 2, (random) => ({ durationNs: pick(random, [1, 8, 40]) * MS, ...lasting(random) })),
  host('delay', 2, (random) => ({ durationNs: pick(random, [1, 8, 40]) * MS, ...lasting(random) })),
  host('lose', 5, some),
  host('foreign', 1, some),
  host('duplicate', 1, (random) => ({ rate: 0.7, ...lasting(random) })),
  host('pend', 2, (random) => ({ durationNs: pick(random, [1, 8, 40]) * MS, ...lasting(random) })),
  host('deny', 2, some),
  host('half', 3, nothing),
  host('blackout', 2, lasting),
  host('reject', 2, (random) => ({ word: random.chance(0.4) ? 'A' : 'S', ...lasting(random) })),
  host('end', 1, nothing),
  host('garbage', 2, (random) => ({ count: pick(random, [1, 3, 17, 64, 300]) })),
  host('misdirect', 6, some, true),
  { name: 'host jump', weight: 14, wild: true, strike: (faults) => faults.jump() },
  { name: 'host late', weight: 2, strike: (faults) => faults.late() },
  { name: 'host requests lost', weight: 4, strike: (faults) => faults.loseRequests() },
  { name: 'host answers lost', weight: 4, strike: (faults) => faults.loseAnswers() },
  { name: 'exchange halt', weight: 2, strike: (faults) => faults.halt() },
  { name: 'exchange bust', weight: 2, strike: (faults) => faults.bust() },
  { name: 'exchange correct', weight: 2, strike: (faults) => faults.correct() },
  { name: 'drop copy kill', weight: 1, strike: (faults) => faults.add(COPY_HOST, 'kill', lasting(faults.random)) },
  {
    name: 'drop copy withhold',
    weight: 1,
    strike: (faults) => faults.add(COPY_HOST, 'withhold', lasting(faults.random)),
  },
  { name: 'network cut', weight: 4, strike: (faults) => faults.cut() },
  { name: 'network slow', weight: 2, strike: (faults) => faults.slowLink() },
  { name: 'network narrow', weight: 3, strike: (faults) => faults.narrow() },
  { name: 'network reset', weight: 3, strike: (faults) => faults.cutShort() },
  { name: 'process killed', weight: 8, strike: (faults) => faults.killProcess() },
  { name: 'process restarted', weight: 1, strike: (faults) => faults.world.restart(faults.random.chance(0.5)) },
  { name: 'process paused', weight: 2, strike: (faults) => faults.pause() },
  { name: 'journal disk full', weight: 1, strike: (faults) => faults.fillDisk() },
  { name: 'operator fail over', weight: 3, strike: (faults) => faults.failOver() },
  { name: 'operator fail back', weight: 2, strike: (faults) => faults.failBack() },
  { name: 'operator cancel all', weight: 2, strike: (faults) => faults.cancelAll() },
  { name: 'operator kill', weight: 3, strike: (faults) => faults.kill() },
  { name: 'operator fence', weight: 1, strike: (faults) => faults.fence() },
];

export const FAULT_NAMES: readonly string[] = FAULTS.map(({ name }) => name);

/** Lets things go wrong in a world, as its seed has it. */
export class RandomFaults {
  readonly world: World;
  readonly random: Random;
  /** How often each kind struck, as {@link FAULT_NAMES} has them. */
  readonly counts: Float64Array = new Float64Array(FAULTS.length);
  private readonly books: BooksCheck;
  private readonly trading: RandomTrading;
  private readonly tame: readonly FaultRow[];
  /** What ends by itself at some time, and how. */
  private ends: { readonly atNs: number; end(): void }[] = [];
  private ids = 0;

  constructor(world: World, books: BooksCheck, trading: RandomTrading) {
    this.world = world;
    this.books = books;
    this.trading = trading;
    this.random = new Random(world.plan.seed, 5);
    this.tame = FAULTS.filter(({ wild }) => wild !== true);
  }

  strike(): void {
    // orders that stay unknown for good leave no room for others: first the others
    const wild = this.world.plan.wild && this.trading.sent >= LEAST_ORDERS;
    const row = drawn(this.random, wild ? FAULTS : this.tame, ({ weight }) => weight);
    this.counts[FAULTS.indexOf(row)]++;
    this.world.note(`fault: ${row.name}`);
    row.strike(this);
  }

  /** Ends what is over. */
  turn(): void {
    const due = this.ends.filter(({ atNs }) => atNs <= this.world.nowNs);
    if (due.length === 0) return;
    this.ends = this.ends.filter((one) => !due.includes(one));
    for (const { end } of due) end();
  }

  /** Everything works again, but for a kill: that is a person's to clear. */
  mend(): void {
    const { world } = this;
    world.note('everything is mended');
    world.death.left = 0;
    for (const { end } of this.ends) end();
    this.ends = [];
    world.venue.clearFaults(undefined, undefined, world.nowNs);
    for (const link of world.network.links.values()) link.mend();
    if (world.remains.fence[0] !== world.epoch) world.restart(false);
    world.revive();
    world.inProcess(({ loop }) => {
      for (const port of loop.ports) if (port.ended) port.revive();
    });
  }

  /** A person clears every kill. */
  clearKills(): void {
    for (const word of this.killWords()) this.world.remains.setKill(word, false);
  }

  /** Words of the kill file that are set. */
  killWords(): number[] {
    const { kill } = this.world.remains;
    const { accounts, strategies } = KillWord;
    const words = [KillWord.global, ...range(accounts, KILL_PLACES), ...range(strategies, KILL_PLACES)];
    return words.filter((word) => kill[word] !== 0);
  }

  // ---- The venue ----

  atHost(kind: FaultKind, spec: Partial<FaultSpec>): void {
    this.add(this.someHost(), kind, spec);
    if (kind === 'misdirect') this.books.allowance.misled = true;
  }

  add(target: string, kind: FaultKind, spec: Partial<FaultSpec>): void {
    const { world } = this;
    const whole: FaultSpec = { feed: ORDER_SIDE, target, kind, ...spec };
    world.note(`  ${target} ${JSON.stringify(spec)}`);
    world.venue.addFault(whole, world.nowNs, ++this.ids);
  }

  /** Answers are lost for good: the next login is told to go on behind them. */
  jump(): void {
    const { world, random, trading } = this;
    const target = this.leadingHost();
    this.books.allowance.missed = true;
    if (random.chance(0.7)) {
      this.add(target, 'withhold', {});
      trading.burst();
      world.pass(2 * MS);
    }
    // whichever of the port's hosts is logged on to next
    const { hosts } = world.plan.ports.find(({ hosts: of }) => of.includes(target))!;
    const count = 1 + random.below(6);
    for (const name of hosts) this.add(name, 'jump', { count });
    this.add(target, 'reset', {});
    world.venue.clearFaults(target, 'withhold', world.nowNs);
    // others trade with the orders that nobody knows of, and persons have them cancelled
    for (let n = random.below(6); n > 0; n--) {
      this.endLater(() => {
        if (random.chance(0.5)) trading.market();
        else trading.cancelDoubtful();
      });
    }
  }

  /** Requests go down with their session, and so do the first that the next one sends: those that are to ask for them. */
  loseRequests(): void {
    const target = this.leadingHost();
    this.add(target, 'lose', { count: 1 + this.random.below(6) });
    this.trading.changes();
    this.add(target, 'reset', {});
  }

  /** Answers to requests, refusals among them, are told by the next session only. */
  loseAnswers(): void {
    const { world, random, trading } = this;
    const target = this.leadingHost();
    this.add(target, 'withhold', {});
    if (random.chance(0.5)) this.add(target, 'deny', some(random));
    trading.changes();
    world.pass(2 * MS);
    this.add(target, 'reset', {});
    world.venue.clearFaults(target, 'withhold', world.nowNs);
  }

  late(): void {
    const count = 1 + this.random.below(3);
    this.books.allowance.shares += count * LATE_SHARES;
    this.add(this.someHost(), 'late', { count });
  }

  halt(): void {
    this.add(EXCHANGE, 'halt', { word: pick(this.random, SYMBOLS), ...lasting(this.random) });
  }

  bust(): void {
    const { executions } = this.world.venue.core.truth;
    if (executions.length === 0) return;
    const { match, shares } = executions[this.random.below(executions.length)];
    this.books.allowance.shares += shares;
    this.add(EXCHANGE, 'bust', { count: match });
  }

  correct(): void {
    const { world, random } = this;
    const { executions } = world.venue.core.truth;
    if (executions.length === 0) return;
    const { match, price4, shares } = executions[random.below(executions.length)];
    const fewer = random.chance(0.5) ? 1 + random.below(shares) : shares;
    this.books.allowance.shares += shares - fewer;
    world.venue.core.correct(match, price4 + (1 + random.below(5)) * TICK4, world.nowNs, fewer);
    world.venue.pump();
  }

  // ---- The network ----

  cut(): void {
    const link = this.someLink();
    link.cut = true;
    this.endLater(() => {
      link.cut = false;
    });
  }

  slowLink(): void {
    const link = this.someLink();
    link.latencyNs = pick(this.random, [1, 6, 30]) * MS;
    this.endLater(() => link.mend());
  }

  narrow(): void {
    const link = this.someLink();
    link.windowBytes = 1 + this.random.below(120);
    this.endLater(() => link.mend());
  }

  cutShort(): void {
    const name = this.someHost();
    for (const stream of this.world.network.open) if (stream.link.name === name) stream.cutShort();
  }

  // ---- The gateway's process ----

  killProcess(): void {
    this.world.death.left = 1 + this.random.below(MOMENTS_TO_LIVE);
  }

  /** It stands still for a while: a page fault, a pause of the machine. */
  pause(): void {
    const { world, random } = this;
    const untilNs = world.nowNs + pick(random, [5, 50, 300]) * MS;
    world.pausedUntilNs = untilNs;
  }

  fillDisk(): void {
    this.world.remains.setDiskFull(true);
    this.endLater(() => this.world.remains.setDiskFull(false));
  }

  // ---- Persons ----

  failOver(): void {
    const port = this.random.below(this.world.plan.ports.length);
    this.world.inProcess(({ loop }) => loop.ports[port].failOver());
  }

  failBack(): void {
    this.world.inProcess(({ loop }) => loop.groups[0].failBack());
  }

  cancelAll(): void {
    const strategy = this.random.below(this.world.plan.strategies.length + 1) - 1;
    this.world.inProcess(({ loop }) => loop.cancelOpen(strategy, -1, CancelCause.operator));
  }

  /** @param forGood nobody clears it */
  kill(forGood = false): void {
    const { random, world } = this;
    const word = pick(random, [
      KillWord.global,
      KillWord.accounts + random.below(world.plan.accounts),
      KillWord.strategies + random.below(world.plan.strategies.length),
    ]);
    world.remains.setKill(word, true);
    if (!forGood) this.endLater(() => world.remains.setKill(word, false));
  }

  /** Another gateway is granted the epoch; some time later this one is started anew. */
  fence(): void {
    const { world } = this;
    world.remains.fence[0] = -world.epoch;
    this.endLater(() => {
      if (world.remains.fence[0] !== world.epoch) world.restart(false);
    });
  }

  private endLater(end: () => void): void {
    this.ends.push({ atNs: this.world.nowNs + pick(this.random, [2, 15, 80, 500, 1500]) * MS, end });
  }

  /** A host of a port: most often the one that is logged on to. */
  private someHost(): string {
    const { world, random } = this;
    const port = random.below(world.plan.ports.length);
    const { hosts } = world.plan.ports[port];
    const holder = world.gateway?.loop.ports[port].holder;
    if (holder !== undefined && random.chance(0.7)) return holder.name;
    return pick(random, hosts);
  }

  /** The host over which new orders go, if there is one. */
  private leadingHost(): string {
    return this.world.gateway?.loop.groups[0].leading?.holder?.name ?? this.someHost();
  }

  private someLink() {
    const name = this.random.chance(0.1) ? COPY_HOST : this.someHost();
    return this.world.network.links.get(name)!;
  }
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)];
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
