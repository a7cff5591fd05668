/**
 * Entry of an agent thread's `Worker`: takes the privileges it was given, makes the agents, runs their duty cycle until
 * asked to stop, closes them, ends. Started by `AgentThread` only.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { loadNative } from '../io/native.ts';
import { SpscProducer } from '../ring/spsc-ring.ts';
import type { Agent } from './agent.ts';
import type { AgentContext, AgentModule, AgentSpec } from './agent-context.ts';
import { createClock } from './clock.ts';
import { counterCells } from './counters.ts';
import { DutyCycle } from './duty-cycle.ts';
import { createIdleStrategy, PARKING_TIMER_SLACK_NS, parksWhenIdle } from './idle.ts';
import { nameKernelThread } from './kernel-thread.ts';
import { DutyCell, ThreadControl, ThreadState } from './thread-control.ts';
import { errorReport, type RefusedPrivilege, type ThreadMessage, type ThreadStart } from './thread-messages.ts';

/** Turns between two looks at whether to go on: long enough for V8 to optimise the inner loop as a function of its own. */
const TURNS_PER_ROUND = 1024;
/** Evented threads, idle `backoff`: idle turns from `setImmediate` before timers take over. */
const IMMEDIATE_TURNS = 200;
/** Evented threads: the shortest timer there is. */
const IDLE_TIMER_MS = 1;

const start = workerData as ThreadStart;
const { spec } = start;
const words = new Int32Array(start.control);
const native = loadNative();
const clock = createClock(native);
const reports = new SpscProducer(start.reportRing);
let endThread: () => void = () => setState(ThreadState.stopping);
let wake: () => void = () => {};

const cycle = new DutyCycle(
  words,
  counterCells(start.counterMemory, start.dutyCounters),
  clock,
  (agent: Agent, error: unknown) => {
    send({ kind: 'agentFailed', agent: agent.name, error: errorReport(error), remaining: cycle.size });
    if (cycle.size === 0 || spec.onAgentFailure === 'stopThread') endThread();
  },
);

counterCells(start.counterMemory, start.dutyCounters)[DutyCell.kernelThread] = nameKernelThread(spec.name);
const refused = takePrivileges();
if (await makeAgents()) {
  setState(ThreadState.running);
  send({ kind: 'running', refused, native: native !== undefined });
  cycle.resumeTurns();
  if (spec.mode === 'spinning') runSpinning();
  else runEvented();
}

function takePrivileges(): RefusedPrivilege[] {
  const wanted: RefusedPrivilege[] = [];
  const note = (privilege: RefusedPrivilege['privilege'], result: number): void => {
    if (result < 0) wanted.push({ privilege, errno: -result });
  };
  if (native === undefined) {
    const wantsNative = spec.core !== undefined || (spec.scheduling ?? 'other') !== 'other';
    return wantsNative ? [{ privilege: 'native', errno: 0 }] : [];
  }
  if (spec.core !== undefined) note('pin', native.pinThread(spec.core));
  if (spec.scheduling === 'fifo') note('scheduling', native.setScheduling('fifo', spec.priority ?? 1));
  else if (spec.scheduling === 'batch') note('scheduling', native.setScheduling('batch', 0));
  if (parksWhenIdle(spec.idle.kind)) note('timerSlack', native.setTimerSlackNs(PARKING_TIMER_SLACK_NS));
  return wanted;
}

async function makeAgents(): Promise<boolean> {
  const context: AgentContext = {
    threadName: spec.name,
    mode: spec.mode,
    nowNs: clock.nowNs,
    native,
    reports,
    counters: (handle) => counterCells(start.counterMemory, handle),
    keepTime: (cell) => cycle.keepTime(cell),
    wake: () => wake(),
  };
  for (let index = 0; index < spec.agents.length; index++) {
    const agentSpec = spec.agents[index]!;
    words[ThreadControl.currentAgentCell] = index;
    try {
      cycle.add(await makeAgent(agentSpec, context), index);
    } catch (error) {
      cycle.close();
      send({ kind: 'startFailed', agent: agentSpec.name, error: errorReport(error) });
      finish(ThreadState.failed);
      return false;
    }
  }
  return true;
}

async function makeAgent(agentSpec: AgentSpec, context: AgentContext): Promise<Agent> {
  const module = (await import(agentSpec.module)) as Partial<AgentModule>;
  if (typeof module.createAgent !== 'function') {
    throw new TypeError(`${agentSpec.module} exports no createAgent(options, context)`);
  }
  const agent = await module.createAgent(agentSpec.options, context);
  if (typeof agent?.doWork !== 'function' || typeof agent.close !== 'function') {
    throw new TypeError(`createAgent of ${agentSpec.module} returned no agent (doWork and close)`);
  }
  return agent;
}

function runSpinning(): void {
  const idle = createIdleStrategy(spec.idle, native, words, ThreadControl.stopRequestCell);
  let ended = false;
  endThread = () => {
    ended = true;
  };
  const round = (): void => {
    for (let turn = 0; turn < TURNS_PER_ROUND; turn++) {
      // A plain load is enough here (Atomics.load is a call of 5 ns): the loop around this one looks atomically.
      if (words[ThreadControl.stopRequestCell] !== 0 || ended) return;
      if (idle.idle(cycle.turn())) cycle.resumeTurns();
    }
  };
  while (Atomics.load(words, ThreadControl.stopRequestCell) === 0 && !ended) round();
  end();
}

function runEvented(): void {
  const pausesAfter = spec.idle.kind === 'park' ? 0 : spec.idle.kind === 'backoff' ? IMMEDIATE_TURNS : Infinity;
  let idleTurns = 0;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  endThread = () => {
    ended = true;
  };
  const turn = (): void => {
    timer = undefined;
    if (Atomics.load(words, ThreadControl.stopRequestCell) !== 0 || ended) {
      end();
      return;
    }
    // Between two turns the event loop ran other code: not the agents' turn.
    cycle.resumeTurns();
    idleTurns = cycle.turn() > 0 ? 0 : idleTurns + 1;
    if (idleTurns <= pausesAfter) setImmediate(turn);
    else timer = setTimeout(turn, IDLE_TIMER_MS);
  };
  wake = () => {
    idleTurns = 0;
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    setImmediate(turn);
  };
  turn();
}

function end(): void {
  const asked = Atomics.load(words, ThreadControl.stopRequestCell) !== 0;
  setState(ThreadState.stopping);
  cycle.close();
  finish(asked ? ThreadState.stopped : ThreadState.failed);
}

function finish(state: ThreadState): void {
  setState(state);
  // Sockets and timers that an agent forgot must not keep the thread. In a worker this ends the worker alone.
  process.exit(state === ThreadState.stopped ? 0 : 1);
}

function setState(state: ThreadState): void {
  Atomics.store(words, ThreadControl.stateCell, state);
  Atomics.notify(words, ThreadControl.stateCell);
}

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}
