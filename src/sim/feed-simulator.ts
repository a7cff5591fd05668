import { networkInterfaces } from 'node:os';
import type { FeedConfig, LineConfig, SimConfig } from '../config/schema.ts';
import { readSecret } from '../config/secret.ts';
import { ipv4ToInt, isIpv4, isMulticast } from '../io/address.ts';
import type { DatagramPoller, DatagramSocketOptions } from '../io/datagram.ts';
import type { FaultKind } from './fault-kinds.ts';
import { type FaultSpec, FaultSpecError } from './fault-spec.ts';
import type { FaultPipeline } from './faults.ts';
import type { FlowSource } from './flow-source.ts';
import { LinePublisher, type LineSkew } from './line-publisher.ts';
import { Pacer } from './pacer.ts';
import { MoldPacketiser } from './packetiser.ts';
import { nextSessionName, Publisher } from './publisher.ts';
import type { RecordedPacketOutput, Recording } from './recording.ts';
import { RetransmitServer } from './retransmit-server.ts';
import { SimulatorError } from './simulator-error.ts';
import { type SnapshotContent, SnapshotServer } from './snapshot-server.ts';
import { UnitStore, type UnitTruth } from './unit-store.ts';

/** Most units appended in one turn, so that faults, requests and signals are answered meanwhile. */
const MAX_UNITS_PER_TURN = 20_000;
/** End of session is repeated at this interval while the simulator ends. */
const END_OF_SESSION_INTERVAL_NS = 100e6;
const ANY_ADDRESS = '0.0.0.0';
const LOOPBACK = '127.0.0.1';
/** The first line is ahead by a little, as one is on most days; each further line lags by as much again. */
const DEFAULT_SKEW = { meanNs: 1500, deviationNs: 1200 };
const FEED_SEED_STEP = 1_000_003;
/** Faults that are about how units are packed. */
const PACKING_FAULTS: readonly FaultKind[] = ['repacketise', 'restart', 'end'];

/** What the simulator of one feed is made of. */
export interface FeedSimulatorOptions {
  readonly feed: FeedConfig;
  readonly sim: SimConfig;
  /** Place among the simulated feeds: each has its own seed. */
  readonly index: number;
  /**
   * Where units come from; called again when the session is restarted. `seed` differs each time. A source that is given
   * again goes on: it states in the new session where it stands.
   */
  readonly createSource: (seed: number) => FlowSource;
  /** Played in place of made-up units. */
  readonly recording?: Recording;
  /** Speed of recorded flows as a multiple of real time; undefined = by rate. */
  readonly speed: number | undefined;
  /** The simulator packs this protocol itself: it can say end of session in it. */
  readonly packed: boolean;
  readonly poller: DatagramPoller;
  /** Bind the servers to ports of the kernel's choice instead of the configured ones. */
  readonly ephemeralPorts: boolean;
  readonly now: () => number;
}

export interface FeedPorts {
  retransmit: number[];
  snapshot: number | undefined;
}

/** One simulated feed: its flow, its lines, its servers and their faults. */
export class FeedSimulator {
  readonly name: string;
  readonly lines: readonly LinePublisher[];
  readonly retransmitServers: readonly RetransmitServer[];
  readonly snapshotServer: SnapshotServer | undefined = undefined;
  readonly ports: FeedPorts = { retransmit: [], snapshot: undefined };
  readonly pacer: Pacer;
  readonly #options: FeedSimulatorOptions;
  readonly #publisher: Publisher;
  readonly #answers: MoldPacketiser;
  readonly #seed: number;
  #source: FlowSource;
  #store: UnitStore;
  /** Sessions that are over. */
  readonly #past: UnitTruth[] = [];
  #restarts: { readonly atNs: number; readonly word: string }[] = [];
  #sessions = 1;
  #startNs = Number.NaN;
  #ending = false;
  /** Packets go out as they were captured: nothing is packed here. */
  readonly #asCaptured: boolean;

  constructor(options: FeedSimulatorOptions) {
    const { feed, sim, index, recording } = options;
    this.#options = options;
    this.name = feed.name;
    this.#seed = sim.seed + index * FEED_SEED_STEP;
    this.#source = recording?.createSource(this.#sendRecorded) ?? options.createSource(this.#seed);
    this.#asCaptured = recording?.asCaptured === true;
    const session = recording?.session ?? sim.session ?? `S${String(this.#seed % 1e9).padStart(9, '0')}`;
    this.#store = new UnitStore(session, { firstUnit: recording?.firstUnit, maxBytes: sim.storeBytes });
    this.#answers = new MoldPacketiser(session, sim.maxPacketBytes);
    this.lines = feed.lines.map((line, i) => {
      const send = openLine(feed.name, line, sim, options.poller);
      return new LinePublisher(line.name, i, this.#seed, skewOf(line.name, i, sim), send);
    });
    this.#publisher = new Publisher(this.#store, this.lines, {
      seed: this.#seed,
      messagesPerPacket: sim.messagesPerPacket,
      maxPacketBytes: sim.maxPacketBytes,
      heartbeatNs: feed.heartbeatNs,
      now: options.now,
    });
    this.pacer = new Pacer(sim.messagesPerSecond, sim.bursts);
    this.retransmitServers = (feed.retransmit?.servers ?? []).map(
      (_, i) => new RetransmitServer(this.#seed + i, () => this.#answerFrom(), options.now),
    );
    if (feed.snapshot !== undefined) {
      const content = (): SnapshotContent => ({ source: this.#source, store: this.#store });
      this.snapshotServer = new SnapshotServer(
        this.#seed,
        { username: feed.snapshot.username, password: readSecret(feed.snapshot, `snapshot of feed ${feed.name}`) },
        content,
        options.now,
      );
    }
  }

  get description(): string {
    return this.#source.description;
  }

  get store(): UnitStore {
    return this.#store;
  }

  get source(): FlowSource {
    return this.#source;
  }

  /** Nothing will come any more. */
  get finished(): boolean {
    return this.#source.finished && this.#publisher.nextDueNs === Number.POSITIVE_INFINITY;
  }

  /** Number and hash of the units of each session, the running one last. */
  truth(): UnitTruth[] {
    return [...this.#past, this.#store.truth()];
  }

  /** Opens the servers' sockets. */
  async open(): Promise<void> {
    const servers = this.#options.feed.retransmit?.servers ?? [];
    for (const [i, server] of this.retransmitServers.entries()) {
      const port = this.#options.ephemeralPorts ? 0 : servers[i].port;
      this.ports.retransmit.push(await server.listen(servers[i].address, port));
    }
    const { snapshot } = this.#options.feed;
    if (snapshot !== undefined) {
      const port = this.#options.ephemeralPorts ? 0 : snapshot.port;
      this.ports.snapshot = await this.snapshotServer?.listen(snapshot.address, port);
    }
  }

  /** One turn: produces what is owed, publishes it, sends what is due. */
  turn(): void {
    const nowNs = this.#options.now();
    if (Number.isNaN(this.#startNs)) this.#startNs = nowNs;
    const due = this.#restarts.filter((restart) => restart.atNs <= nowNs);
    if (due.length > 0) {
      this.#restarts = this.#restarts.filter((restart) => restart.atNs > nowNs);
      this.#restart(due[due.length - 1].word);
    }
    if (this.#ending || this.#sessionIsOver(nowNs)) this.pacer.skip(nowNs);
    else if (this.#source.stamped && this.#options.speed !== undefined) {
      const elapsedNs = (nowNs - this.#startNs) * this.#options.speed;
      this.#source.produceUntil(this.#store, elapsedNs, MAX_UNITS_PER_TURN);
    } else {
      const owed = this.pacer.owed(nowNs);
      if (owed > 0) this.pacer.paid(this.#source.produce(this.#store, Math.min(owed, MAX_UNITS_PER_TURN)));
    }
    if (this.#asCaptured) this.#publisher.drain();
    else this.#publisher.publish();
  }

  /** Sends at once what others than the flow have added to the store. */
  publishNews(): void {
    if (!this.#asCaptured) this.#publisher.publish();
  }

  /** Ends the day: the closing messages, then end of session for as long as the config says. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#source.close(this.#store);
    if (this.#asCaptured) this.#publisher.skipTo(this.#store.next);
    else this.#publisher.publish();
    this.#publisher.flush();
    if (!this.#options.packed) return;
    const untilNs = this.#options.now() + this.#options.sim.endOfSessionNs;
    for (;;) {
      this.#publisher.sendEndOfSession();
      this.#publisher.flush();
      const leftNs = untilNs - this.#options.now();
      if (leftNs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(leftNs, END_OF_SESSION_INTERVAL_NS) / 1e6));
    }
  }

  close(): void {
    for (const server of this.retransmitServers) server.close();
    this.snapshotServer?.close();
  }

  /**
   * Puts a fault in force.
   * @throws {FaultSpecError} if there is no such target
   */
  addFault(spec: FaultSpec, id: number): void {
    const nowNs = this.#options.now();
    if (this.#asCaptured && PACKING_FAULTS.includes(spec.kind)) {
      throw new FaultSpecError(`${spec.kind} is not possible: feed ${this.name} goes out as it was captured`);
    }
    if (spec.kind === 'restart' && spec.target === '*') {
      if (this.#options.recording !== undefined) throw new FaultSpecError('a recorded session cannot be restarted');
      this.#restarts.push({ atNs: nowNs + (spec.afterNs ?? 0), word: spec.word ?? 'new' });
      return;
    }
    const pipelines = this.pipelinesOf(spec.target);
    if (pipelines.length === 0) {
      const known = [...this.lines.map((line) => line.name), '*', ...this.#serverTargets()];
      throw new FaultSpecError(`feed ${this.name} has no '${spec.target}': ${known.join(', ')}`);
    }
    for (const pipeline of pipelines) pipeline.add(spec, nowNs, id);
  }

  /** Takes faults out of force. @returns how many */
  clearFaults(target: string | undefined, which: FaultKind | number | undefined): number {
    let cleared = 0;
    for (const pipeline of target === undefined ? this.#allPipelines() : this.pipelinesOf(target)) {
      cleared += pipeline.clear(which);
    }
    return cleared;
  }

  /** Where faults of a target are kept: one pipeline, or one per line for `*`. */
  pipelinesOf(target: string): FaultPipeline[] {
    if (target === 'snapshot') return this.snapshotServer === undefined ? [] : [this.snapshotServer.faults];
    if (target === 'retransmit') return this.retransmitServers.map((server) => server.faults);
    return this.lines.filter((line) => target === '*' || line.name === target).map((line) => line.faults);
  }

  /** Every place that has faults, with its name. */
  *faultPlaces(): Generator<readonly [string, FaultPipeline]> {
    for (const line of this.lines) yield [line.name, line.faults];
    for (const server of this.retransmitServers) yield ['retransmit', server.faults];
    if (this.snapshotServer !== undefined) yield ['snapshot', this.snapshotServer.faults];
  }

  #allPipelines(): FaultPipeline[] {
    return [...this.faultPlaces()].map(([, pipeline]) => pipeline);
  }

  #serverTargets(): string[] {
    const snapshot = this.snapshotServer === undefined ? [] : ['snapshot'];
    return this.retransmitServers.length > 0 ? ['retransmit', ...snapshot] : snapshot;
  }

  /** End of session on every line: the venue has stopped. */
  #sessionIsOver(nowNs: number): boolean {
    return this.lines.every((line) => line.faults.find('end', nowNs) !== undefined);
  }

  #restart(word: string): void {
    this.#publisher.flush();
    this.#past.push(this.#store.truth());
    const session = word === 'same' ? this.#store.session : nextSessionName(this.#store.session);
    this.#store = new UnitStore(session, { maxBytes: this.#options.sim.storeBytes });
    const source = this.#options.createSource(this.#seed + this.#sessions++);
    if (source === this.#source) {
      source.writeSnapshot((bytes, offset, length) => {
        this.#store.append(bytes, offset, length);
      });
    }
    this.#source = source;
    this.#startNs = this.#options.now();
    for (const line of this.lines) line.faults.clear('end');
    this.#publisher.startSession(this.#store);
  }

  readonly #sendRecorded: RecordedPacketOutput = (lines, { bytes, offset, length }) => {
    const nowNs = this.#options.now();
    for (const line of lines) this.lines[line].offer(bytes, offset, length, nowNs, 0);
  };

  #answerFrom(): { store: UnitStore; packetiser: MoldPacketiser } {
    this.#answers.setSession(this.#store.session);
    return { store: this.#store, packetiser: this.#answers };
  }
}

function skewOf(name: string, index: number, sim: SimConfig): LineSkew {
  const configured = sim.skew?.[name];
  if (configured !== undefined) return configured;
  if (sim.skew !== undefined) return { meanNs: 0, deviationNs: 0 };
  return { meanNs: index * DEFAULT_SKEW.meanNs, deviationNs: DEFAULT_SKEW.deviationNs };
}

/** Opens the socket that a line is sent from. @returns what puts a packet on it */
function openLine(feed: string, line: LineConfig, sim: SimConfig, poller: DatagramPoller) {
  const destination = line.group ?? (line.address === ANY_ADDRESS ? LOOPBACK : line.address!);
  const multicast = isMulticast(destination);
  const from = multicast ? (sim.interfaces?.[line.name] ?? line.interface) : undefined;
  const options: DatagramSocketOptions = {
    // Bound to the interface's own address: readers that join for one source must see it.
    address: from === undefined ? ANY_ADDRESS : addressOf(from),
    port: 0,
    interface: from,
    multicastTtl: multicast ? sim.multicastTtl : undefined,
  };
  let socket: number;
  try {
    socket = poller.open(options);
  } catch (error) {
    throw new SimulatorError(`line ${line.name} of feed ${feed} can't be sent: ${(error as Error).message}`);
  }
  const address = ipv4ToInt(destination);
  const { port } = line;
  return (bytes: Uint8Array, offset: number, length: number): number =>
    poller.send(socket, bytes, offset, length, address, port);
}

/** The IPv4 address of an interface given by name or address; any, where the host does not know it. */
function addressOf(nameOrAddress: string): string {
  if (isIpv4(nameOrAddress)) return nameOrAddress;
  return networkInterfaces()[nameOrAddress]?.find(({ family }) => family === 'IPv4')?.address ?? ANY_ADDRESS;
}
