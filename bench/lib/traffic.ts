import type { Turn } from './interleave.ts';
import type { Program, Sample } from './program.ts';

/** What goes on around a sample: begun before its traffic, ended after it. */
export interface Surroundings {
  begin(): Promise<void>;
  end(): Promise<Record<string, unknown>>;
}

/** How long a program waits for the end of a sample before it gives up. */
const LIMIT_MS = 10_000;
const TOLERANT_LIMIT_MS = 1_500;
/** Beyond that it hangs. */
const SPARE_MS = 20_000;

/**
 * The generator, and where each receiver's stream stands: every receiver has its own ports and its own numbers, so
 * that none sees what is sent to another.
 */
export class Traffic {
  private readonly sender: Program;
  private readonly nextNumber = new Map<Program, number>();
  /** Receivers that may lose the end of a sample without the figure being given up: the naive twins do. */
  private readonly mayLose = new Set<Program>();

  constructor(sender: Program) {
    this.sender = sender;
  }

  /** The receiver may miss the end of a sample; what it had seen until then counts. */
  tolerate(receiver: Program): void {
    this.mayLose.add(receiver);
  }

  /**
   * One sample: the receiver is armed, then `pattern` (see the generator: `c/sender.c`, `c/tick_venue.c`) is sent to it.
   * @param words more for the receiver
   * @param surroundings what goes on meanwhile
   */
  async sample(
    receiver: Program,
    pattern: string,
    wantedLimitMs?: number,
    words = '',
    surroundings?: Surroundings,
  ): Promise<Sample> {
    const ports = ((receiver.ready.ports ?? []) as number[]).join(',');
    const seq = this.nextNumber.get(receiver) ?? 1;
    let sending: Promise<Sample> | undefined;
    const limitMs = wantedLimitMs ?? (this.mayLose.has(receiver) ? TOLERANT_LIMIT_MS : LIMIT_MS);
    const timeoutMs = limitMs + SPARE_MS;
    const send = () => this.sender.go(`${pattern} ports=${ports} seq=${seq}`, undefined, timeoutMs);
    const begin = () => {
      sending = surroundings === undefined ? send() : surroundings.begin().then(send);
    };
    const received = await receiver.go(`limitMs=${limitMs} ${words}`.trim(), begin, timeoutMs);
    if (sending === undefined) throw new Error(`${receiver.name} never said that it was armed`);
    const sent = await sending;
    const around = await surroundings?.end();
    this.nextNumber.set(receiver, sent.next as number);
    if (received.ended !== true && !this.mayLose.has(receiver)) {
      throw new Error(`${receiver.name} did not see the end of a sample: ${received.ops} of ${sent.ops} messages`);
    }
    // where the generator is a venue, the latencies are what it saw
    const { unanswered, stray, latency } = sent;
    const seen = latency === undefined ? {} : { unanswered, stray, latency };
    return { ...seen, ...received, sent: sent.ops, senderWorstLateNs: sent.worstLateNs, ...around };
  }

  turn(name: string, receiver: Program, pattern: string): Turn {
    return { name, program: receiver, run: () => this.sample(receiver, pattern) };
  }
}
