/** An agent for tests of threads: does, at the turn it is told to, what the test wants to see contained. */
import type { Agent } from '../agent.ts';
import type { AgentContext } from '../agent-context.ts';
import type { CounterHandle } from '../counters.ts';

export interface SampleOptions {
  readonly name: string;
  /** What happens, and after how many turns. */
  readonly does?:
    | 'throw'
    | 'loop'
    | 'exit'
    | 'exhaustHeap'
    | 'throwAsync'
    | 'failToStart'
    | 'hangAtStart'
    | 'tellEnvironment';
  readonly atTurn?: number;
  /** Cell 0 counts turns, cell 1 counts closes, cell 2 is `nowNs`. */
  readonly counters?: CounterHandle;
  /** Report the turn's number to the main thread in each of the first so many turns. */
  readonly reports?: number;
}

export const SAMPLE_CELL_NAMES = ['turns', 'closes', 'nowNs'] as const;
const TURN_REPORT = 7;

export async function createAgent(options: unknown, context: AgentContext): Promise<Agent> {
  const sample = options as SampleOptions;
  await Promise.resolve();
  if (sample.does === 'failToStart') throw new Error('no such venue');
  if (sample.does === 'tellEnvironment') throw new Error(`environment: ${Object.keys(process.env).join()}`);
  if (sample.does === 'hangAtStart') await new Promise(() => setInterval(() => {}, 1000));
  return new SampleAgent(sample, context);
}

class SampleAgent implements Agent {
  readonly name: string;
  private readonly options: SampleOptions;
  private readonly context: AgentContext;
  private readonly cells: Float64Array;
  private turns = 0;

  constructor(options: SampleOptions, context: AgentContext) {
    this.name = options.name;
    this.options = options;
    this.context = context;
    this.cells = options.counters === undefined ? new Float64Array(3) : context.counters(options.counters);
  }

  doWork(): number {
    this.turns++;
    this.cells[0]! += 1;
    this.cells[2] = this.context.nowNs[0]!;
    if (this.turns <= (this.options.reports ?? 0)) {
      const { reports } = this.context;
      const at = reports.claim(TURN_REPORT, Int32Array.BYTES_PER_ELEMENT);
      if (at >= 0) {
        reports.int32[at >> 2] = this.turns;
        reports.commit();
      }
    }
    if (this.turns === (this.options.atTurn ?? 100)) this.misbehave();
    return 0;
  }

  close(): void {
    this.cells[1]! += 1;
  }

  private misbehave(): void {
    switch (this.options.does) {
      case 'throw':
        throw new RangeError('price out of range');
      case 'throwAsync':
        void Promise.reject(new Error('nobody awaited this'));
        break;
      case 'loop':
        for (let forever = true; forever; ) forever = this.turns > 0;
        break;
      case 'exit':
        process.exit(3);
        break;
      case 'exhaustHeap': {
        const kept: unknown[] = [];
        for (;;) kept.push(new Array(1000).fill(kept.length));
      }
    }
  }
}
