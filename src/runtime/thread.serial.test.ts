import { afterEach, describe, expect, it } from 'vitest';
import { CounterRegistry } from './counters.ts';
import { siblingUrl } from './module-url.ts';
import { SAMPLE_CELL_NAMES, type SampleOptions } from './testing/sample-agent.ts';
import { AgentThread, type ThreadListener, ThreadStartError } from './thread.ts';
import { DutyCell, ThreadState } from './thread-control.ts';
import type { ErrorReport } from './thread-messages.ts';
import type { ThreadSpec } from './thread-spec.ts';

const SAMPLE = siblingUrl(import.meta.url, './testing/sample-agent').href;

let counters: CounterRegistry;
const started: AgentThread[] = [];

function spec(agents: SampleOptions[], more: Partial<ThreadSpec> = {}): ThreadSpec {
  counters = new CounterRegistry();
  return {
    name: 'test',
    mode: 'spinning',
    idle: { kind: 'park' },
    agents: agents.map((options) => ({
      name: options.name,
      module: SAMPLE,
      options: {
        ...options,
        counters: counters.allocate('sample', { agent: options.name }, SAMPLE_CELL_NAMES).handle,
      },
    })),
    ...more,
  };
}

async function start(threadSpec: ThreadSpec, listener: ThreadListener = {}): Promise<AgentThread> {
  const thread = await AgentThread.start(threadSpec, { counters, listener });
  started.push(thread);
  return thread;
}

function cellsOf(agent: string): Float64Array {
  return counters.find('sample').find(({ block }) => block.labels.agent === agent)!.cells;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

afterEach(async () => {
  for (const thread of started.splice(0)) await thread.terminate('terminated');
});

describe.each(['spinning', 'evented'] as const)('a thread (%s)', (mode) => {
  it('gives its agents turns until asked to stop, then closes them and ends', async () => {
    const thread = await start(spec([{ name: 'one' }, { name: 'two' }], { mode }));
    expect(thread.state).toBe(ThreadState.running);
    await until(() => cellsOf('two')[0]! > 50);
    const end = await thread.stop();
    expect(end).toEqual({ reason: 'stopped', exitCode: 0 });
    expect(thread.state).toBe(ThreadState.stopped);
    expect(cellsOf('one')[1]).toBe(1);
    expect(cellsOf('two')[1]).toBe(1);
    expect(thread.dutyCells[DutyCell.turns]).toBeGreaterThan(50);
  });

  it('gives the time of the monotonic clock that all threads share', async () => {
    const before = Number(process.hrtime.bigint());
    const thread = await start(spec([{ name: 'one' }], { mode }));
    await until(() => cellsOf('one')[0]! > 10);
    await thread.stop();
    const seen = cellsOf('one')[2]!;
    expect(seen).toBeGreaterThan(before);
    expect(seen).toBeLessThan(Number(process.hrtime.bigint()));
  });

  it('closes an agent that throws, tells its name, and lets the others run on', async () => {
    const failures: { agent: string; error: ErrorReport; remaining: number }[] = [];
    const thread = await start(spec([{ name: 'bad', does: 'throw' }, { name: 'good' }], { mode }), {
      agentFailed: (_, agent, error, remaining) => failures.push({ agent, error, remaining }),
    });
    await until(() => failures.length > 0);
    const turnsThen = cellsOf('good')[0]!;
    await until(() => cellsOf('good')[0]! > turnsThen + 50);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      agent: 'bad',
      remaining: 1,
      error: { name: 'RangeError', message: 'price out of range' },
    });
    expect(cellsOf('bad')[0]).toBe(100);
    expect(cellsOf('bad')[1]).toBe(1);
    expect(thread.dutyCells[DutyCell.agentFailures]).toBe(1);
    expect((await thread.stop()).reason).toBe('stopped');
  });

  it('ends as failed when its last agent has thrown', async () => {
    const thread = await start(spec([{ name: 'bad', does: 'throw' }], { mode }));
    expect(await thread.ended).toMatchObject({ reason: 'failed', error: { message: 'price out of range' } });
    expect(thread.state).toBe(ThreadState.failed);
  });

  it('ends at the first throw if its policy says so', async () => {
    const thread = await start(
      spec([{ name: 'bad', does: 'throw' }, { name: 'good' }], { mode, onAgentFailure: 'stopThread' }),
    );
    expect((await thread.ended).reason).toBe('failed');
    expect(cellsOf('good')[1]).toBe(1);
  });

  it('keeps a call of process.exit to itself', async () => {
    const thread = await start(spec([{ name: 'bad', does: 'exit' }], { mode }));
    expect(await thread.ended).toMatchObject({ reason: 'exited', exitCode: 3 });
  });

  it('keeps the exhaustion of its heap to itself', async () => {
    const thread = await start(spec([{ name: 'greedy', does: 'exhaustHeap' }], { mode, maxHeapMb: 32 }));
    expect((await thread.ended).reason).toBe('outOfMemory');
  });

  it('is terminated after the stop deadline if an agent loops for ever, and the agent is named', async () => {
    const thread = await start(spec([{ name: 'fine' }, { name: 'loops', does: 'loop' }], { mode }));
    await until(() => cellsOf('loops')[0] === 100);
    expect((await thread.stop(50)).reason).toBe('terminated');
    expect(thread.currentAgent).toBe('loops');
    expect(cellsOf('loops')[1]).toBe(0);
  });

  it('hands the agents reports over in order', async () => {
    const thread = await start(spec([{ name: 'one', reports: 500 }], { mode }));
    const seen: number[] = [];
    const handler = {
      onRecord(type: number, _: Uint8Array, view: DataView, offset: number): void {
        expect(type).toBe(7);
        seen.push(view.getInt32(offset, true));
      },
    };
    await until(() => {
      thread.drainReports(handler, 100);
      return seen.length >= 500;
    });
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('fails to start, by name, if an agent cannot be made; the agents before it are closed', async () => {
    const threadSpec = spec([{ name: 'fine' }, { name: 'bad', does: 'failToStart' }], { mode });
    await expect(start(threadSpec)).rejects.toThrow('thread test: agent bad: no such venue');
    expect(cellsOf('fine')[1]).toBe(1);
  });
});

describe('starting a thread', () => {
  it('gives it nothing of the environment but what its own code looks for', async () => {
    process.env.VENUE_PASSWORD = 'hunter2';
    process.env.WARMLINE_PASSWORD = 'hunter2';
    const own = ['WARMLINE_IO', 'WARMLINE_ADDON'].filter((name) => process.env[name] !== undefined);
    try {
      const threadSpec = spec([{ name: 'nosy', does: 'tellEnvironment' }]);
      await expect(start(threadSpec)).rejects.toThrow(new RegExp(`environment: ${own.join()}$`));
    } finally {
      delete process.env.VENUE_PASSWORD;
      delete process.env.WARMLINE_PASSWORD;
    }
  });

  it('is given up at its deadline', async () => {
    const threadSpec = spec([{ name: 'slow', does: 'hangAtStart' }]);
    await expect(AgentThread.start(threadSpec, { counters, startDeadlineMs: 300 })).rejects.toThrow(
      'thread test: agent slow: did not start within 300 ms',
    );
  });

  it('names the module that has no createAgent', async () => {
    const threadSpec = spec([]);
    const module = siblingUrl(import.meta.url, './histogram').href;
    const error = await AgentThread.start({ ...threadSpec, agents: [{ name: 'wrong', module }] }, { counters }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ThreadStartError);
    expect((error as Error).message).toMatch(/agent wrong: .*histogram\.ts exports no createAgent/);
  });

  it('refuses a real-time class for a thread that never sleeps', async () => {
    await expect(start(spec([{ name: 'one' }], { idle: { kind: 'spin' }, scheduling: 'fifo' }))).rejects.toThrow(
      'scheduling fifo with idle spin',
    );
  });

  it('goes on, with a warning that names the remedy, on a core that does not exist', async () => {
    const warnings: string[] = [];
    const thread = await start(spec([{ name: 'one' }], { core: 1000 }), {
      warned: (_, warning) => warnings.push(warning),
    });
    expect(thread.state).toBe(ThreadState.running);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      thread.native ? /could not be pinned to core 1000 \(EINVAL\)/ : /native addon is not there/,
    );
  });
});

describe('an evented thread', () => {
  it('ends as failed on a rejection that nobody handles', async () => {
    const thread = await start(spec([{ name: 'bad', does: 'throwAsync' }], { mode: 'evented' }));
    expect(await thread.ended).toMatchObject({ reason: 'failed', error: { message: 'nobody awaited this' } });
  });
});
