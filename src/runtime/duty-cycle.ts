import type { Agent } from './agent.ts';
import type { Clock } from './clock.ts';
import { DutyCell, LONG_TURN_NS, ThreadControl } from './thread-control.ts';

/** Told when an agent threw; it has been closed and takes no more turns. */
export type AgentFailureListener = (agent: Agent, error: unknown) => void;

/** No agent keeps the time: the thread reads its clock. */
const NO_CELL = new Float64Array(0);

/**
 * The turns of a list of agents, one after the other, on the calling thread. An agent that throws is closed and left
 * out from then on; the others go on.
 */
export class DutyCycle {
  private agents: Agent[] = [];
  private indexes: number[] = [];
  private readonly words: Int32Array;
  private readonly cells: Float64Array;
  private readonly clock: Clock;
  private readonly nowNs: Float64Array;
  private readonly onFailure: AgentFailureListener;
  private keptTime: Float64Array = NO_CELL;

  /**
   * @param words see {@link ThreadControl}
   * @param cells see {@link DutyCell}
   */
  constructor(words: Int32Array, cells: Float64Array, clock: Clock, onFailure: AgentFailureListener) {
    this.words = words;
    this.cells = cells;
    this.clock = clock;
    this.nowNs = clock.nowNs;
    this.onFailure = onFailure;
  }

  /** Adds an agent behind those that are there. @param index its place in the thread's spec, shown while it has its turn */
  add(agent: Agent, index: number): void {
    this.agents.push(agent);
    this.indexes.push(index);
  }

  /** See `AgentContext.keepTime`. */
  keepTime(cell: Float64Array): void {
    cell[0] = this.nowNs[0]!;
    this.keptTime = cell;
  }

  /** Agents still taking turns. */
  get size(): number {
    return this.agents.length;
  }

  /** One turn of every agent. @returns the work they did */
  turn(): number {
    const cells = this.cells;
    const agents = this.agents;
    if (this.keptTime.length > 0) this.nowNs[0] = this.keptTime[0]!;
    else this.clock.read();
    const turnNs = this.nowNs[0]! - cells[DutyCell.lastTurnNs]!;
    if (turnNs > cells[DutyCell.maxTurnNs]!) cells[DutyCell.maxTurnNs] = turnNs;
    if (turnNs > LONG_TURN_NS) cells[DutyCell.longTurns]! += 1;
    cells[DutyCell.lastTurnNs] = this.nowNs[0]!;
    let work = 0;
    for (let i = 0; i < agents.length; i++) {
      this.words[ThreadControl.currentAgentCell] = this.indexes[i]!;
      try {
        work += agents[i]!.doWork();
      } catch (error) {
        this.fail(i, error);
        i--;
      }
    }
    cells[DutyCell.turns]! += 1;
    if (work > 0) cells[DutyCell.work]! += work;
    return work;
  }

  /** The thread has been idling: the time since the last turn is not the agents' doing. Also called before the first turn. */
  resumeTurns(): void {
    this.clock.read();
    if (this.keptTime.length > 0) this.keptTime[0] = this.nowNs[0]!;
    this.cells[DutyCell.lastTurnNs] = this.nowNs[0]!;
  }

  /** Closes the agents, last first; one that throws does not keep the others open. */
  close(): void {
    for (const agent of this.agents.reverse()) {
      try {
        agent.close();
      } catch (error) {
        this.onFailure(agent, error);
      }
    }
    this.agents = [];
  }

  private fail(index: number, error: unknown): void {
    const agent = this.agents[index]!;
    this.agents.splice(index, 1);
    this.indexes.splice(index, 1);
    // It may have been the one that keeps the time, which would then stand still.
    this.keptTime = NO_CELL;
    this.cells[DutyCell.agentFailures]! += 1;
    this.words[ThreadControl.failedAgentsCell]! += 1;
    try {
      agent.close();
    } catch {
      // It has failed already, and that is what gets reported.
    }
    this.onFailure(agent, error);
  }
}
