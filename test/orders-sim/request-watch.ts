import { KillWord } from '../../src/order/kill.ts';
import type { OrderStore } from '../../src/order/order-store.ts';
import type { HistoryPlan } from './history-plan.ts';
import type { Remains } from './virtual-gateway.ts';
import type { VirtualStream, WireWitness } from './virtual-network.ts';

const LENGTH_BYTES = 2;
const UNSEQUENCED = 0x55; // U
const ENTER = 0x4f; // O
const REPLACE = 0x55; // U
const CANCEL = 0x58; // X
const TOKEN_BYTES = 14;
const REF_DIGITS = 8;
/** Where an OUCH 4.2 Enter Order says how few shares it may trade at least: only probes ask for that. */
const MIN_SHARES_AT = 43;

interface Reader {
  readonly port: number;
  readonly pending: number[];
}

/** What the world has to tell about the gateway that is sending. */
export interface SendingGateway {
  readonly store: OrderStore | undefined;
  /** Strategy whose call is under way, -1 = none. */
  readonly caller: number;
  readonly epoch: number;
  wrong(text: string): void;
  note(text: string): void;
}

/**
 * Reads what the gateway offers to its sockets, with eyes of its own, and says what must never be there: anything once
 * fenced off, new risk once killed, the same reference entered twice without leave.
 */
export class RequestWatch implements WireWitness {
  /** Orders whose bytes were offered, by port and reference. */
  readonly entered = new Set<string>();
  private readonly plan: HistoryPlan;
  private readonly remains: Remains;
  private readonly world: SendingGateway;
  private readonly readers = new WeakMap<VirtualStream, Reader>();

  constructor(plan: HistoryPlan, remains: Remains, world: SendingGateway) {
    this.plan = plan;
    this.remains = remains;
    this.world = world;
  }

  offered(stream: VirtualStream, bytes: Uint8Array, offset: number, length: number): void {
    let reader = this.readers.get(stream);
    if (reader === undefined) {
      const port = this.plan.ports.findIndex(({ hosts }) => hosts.includes(stream.link.name));
      reader = { port, pending: [] };
      this.readers.set(stream, reader);
    }
    if (reader.port < 0) return;
    const { pending } = reader;
    for (let i = 0; i < length; i++) pending.push(bytes[offset + i]);
    for (;;) {
      const size = pending.length < LENGTH_BYTES ? 0 : (pending[0] << 8) | pending[1];
      if (size === 0 || pending.length < LENGTH_BYTES + size) return;
      const packet = Uint8Array.from(pending.splice(0, LENGTH_BYTES + size));
      if (packet[LENGTH_BYTES] === UNSEQUENCED) this.request(reader.port, packet.subarray(LENGTH_BYTES + 1));
    }
  }

  private request(port: number, message: Uint8Array): void {
    const type = message[0];
    if (type !== ENTER && type !== REPLACE && type !== CANCEL) return;
    const numbered = this.plan.ports[port].protocol === 'ouch50';
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const refAt = (at: number): number => (numbered ? view.getUint32(at) : refOfToken(message, at));
    const probe = !numbered && type === ENTER && view.getUint32(MIN_SHARES_AT) > 0;
    const ref = refAt(1);
    const kind = probe ? 'probe' : type === ENTER ? 'enter' : type === REPLACE ? 'replace' : 'cancel';
    const { world, remains } = this;
    const says = `${kind} ${ref}${type === REPLACE ? ` by ${refAt(numbered ? 5 : 1 + TOKEN_BYTES)}` : ''} on ${this.plan.ports[port].name}`;
    world.note(`send ${says}`);
    if (remains.fence[0] !== world.epoch) world.wrong(`${says} was sent though fenced off`);
    if (type === CANCEL || probe) return;
    const slot = world.store?.slotOfRef(port, ref) ?? -1;
    const strategy = slot >= 0 ? world.store!.int32[world.store!.base(slot) + 3] : world.caller;
    if (this.isKilled(strategy)) world.wrong(`${says} was sent though killed`);
    if (type !== ENTER) return;
    const key = `${port}/${ref}`;
    if (this.entered.has(key) && !this.plan.ports[port].resends) world.wrong(`${says} was sent twice`);
    this.entered.add(key);
  }

  private isKilled(strategy: number): boolean {
    const { kill } = this.remains;
    if (kill[KillWord.global] !== 0) return true;
    if (strategy < 0) return false;
    return (
      kill[KillWord.strategies + strategy] !== 0 ||
      kill[KillWord.accounts + this.plan.strategies[strategy].account] !== 0
    );
  }
}

/** The reference in a token of ours: its last eight characters are hexadecimal digits. */
export function refOfToken(bytes: Uint8Array, at: number): number {
  let text = '';
  for (let i = at + TOKEN_BYTES - REF_DIGITS; i < at + TOKEN_BYTES; i++) text += String.fromCharCode(bytes[i]);
  return Number.parseInt(text, 16);
}
