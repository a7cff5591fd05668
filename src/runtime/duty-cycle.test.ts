import { describe, expect, it } from 'vitest';
import type { Agent } from './agent.ts';
import type { Clock } from './clock.ts';
import { DutyCycle } from './duty-cycle.ts';
import { DUTY_CELL_NAMES, DutyCell, LONG_TURN_NS, ThreadControl } from './thread-control.ts';

/** A clock that the test moves. */
class TestClock implements Clock {
  readonly nowNs = new Float64Array(1);
  timeNs = 1000;
  reads = 0;

  read(): void {
    this.reads++;
    this.nowNs[0] = this.timeNs;
  }

  readUtcOffsetNs(): number {
    return 0;
  }
}

class TestAgent implements Agent {
  readonly name: string;
  closes = 0;
  turns = 0;
  private readonly work: (turn: number) => number;

  constructor(name: string, work: (turn: number) => number) {
    this.name = name;
    this.work = work;
  }

  doWork(): number {
    return this.work(++this.turns);
  }

  close(): void {
    this.closes++;
  }
}

function setUp(...agents: Agent[]): {
  cycle: DutyCycle;
  clock: TestClock;
  cells: Float64Array;
  words: Int32Array;
  failures: { agent: string; error: unknown }[];
} {
  const clock = new TestClock();
  const cells = new Float64Array(DUTY_CELL_NAMES.length);
  const words = new Int32Array(new SharedArrayBuffer(ThreadControl.byteLength));
  const failures: { agent: string; error: unknown }[] = [];
  const cycle = new DutyCycle(words, cells, clock, (agent, error) => failures.push({ agent: agent.name, error }));
  agents.forEach((agent, index) => {
    cycle.add(agent, index);
  });
  cycle.resumeTurns();
  return { cycle, clock, cells, words, failures };
}

describe('a duty cycle', () => {
  it('gives every agent its turn and adds up their work', () => {
    const { cycle, cells } = setUp(new TestAgent('a', () => 2), new TestAgent('b', (turn) => turn));
    expect(cycle.turn()).toBe(3);
    expect(cycle.turn()).toBe(4);
    expect(cells[DutyCell.turns]).toBe(2);
    expect(cells[DutyCell.work]).toBe(7);
  });

  it('closes an agent that throws and goes on with the one behind it in the same turn', () => {
    const bad = new TestAgent('bad', () => {
      throw new Error('no');
    });
    const good = new TestAgent('good', () => 1);
    const { cycle, failures, cells, words } = setUp(bad, good);
    expect(cycle.turn()).toBe(1);
    expect(cycle.turn()).toBe(1);
    expect(failures.map(({ agent }) => agent)).toEqual(['bad']);
    expect([bad.turns, bad.closes, good.turns]).toEqual([1, 1, 2]);
    expect(cells[DutyCell.agentFailures]).toBe(1);
    expect(words[ThreadControl.failedAgentsCell]).toBe(1);
    expect(words[ThreadControl.currentAgentCell]).toBe(1);
  });

  it('measures turns, not the idling between them', () => {
    const { cycle, clock, cells } = setUp(
      new TestAgent('a', (turn) => {
        if (turn === 1) clock.timeNs += 700;
        if (turn === 3) clock.timeNs += LONG_TURN_NS + 1;
        return 0;
      }),
    );
    cycle.turn();
    cycle.turn();
    expect(cells[DutyCell.maxTurnNs]).toBe(700);
    clock.timeNs += 50 * LONG_TURN_NS;
    cycle.resumeTurns();
    cycle.turn();
    expect(cells[DutyCell.maxTurnNs]).toBe(700);
    expect(cells[DutyCell.longTurns]).toBe(0);
    cycle.turn();
    expect(cells[DutyCell.maxTurnNs]).toBe(LONG_TURN_NS + 1);
    expect(cells[DutyCell.longTurns]).toBe(1);
  });

  it('takes the time from an agent that keeps it, until that one may be gone', () => {
    const kept = new Float64Array(1);
    let fail = false;
    const { cycle, clock } = setUp(
      new TestAgent('poller', () => {
        kept[0] += 10;
        if (fail) throw new Error('gone');
        return 0;
      }),
    );
    cycle.keepTime(kept);
    const reads = clock.reads;
    cycle.turn();
    cycle.turn();
    expect(clock.reads).toBe(reads);
    expect(clock.nowNs[0]).toBe(1010);
    fail = true;
    cycle.turn();
    clock.timeNs = 5000;
    cycle.turn();
    expect(clock.nowNs[0]).toBe(5000);
  });

  it('closes its agents last first, and all of them although one throws', () => {
    const closed: string[] = [];
    const agent = (name: string): Agent => ({
      name,
      doWork: () => 0,
      close: () => {
        closed.push(name);
        if (name === 'b') throw new Error('cannot close');
      },
    });
    const { cycle, failures } = setUp(agent('a'), agent('b'), agent('c'));
    cycle.close();
    cycle.close();
    expect(closed).toEqual(['c', 'b', 'a']);
    expect(failures.map((failure) => failure.agent)).toEqual(['b']);
  });
});
