import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CounterRegistry } from './counters.ts';
import { siblingUrl } from './module-url.ts';
import { type Stall, Supervisor, type SupervisorListener } from './supervisor.ts';
import { SAMPLE_CELL_NAMES, type SampleOptions } from './testing/sample-agent.ts';
import type { ThreadEnd } from './thread.ts';
import type { ThreadSpec } from './thread-spec.ts';

const SAMPLE = siblingUrl(import.meta.url, './testing/sample-agent').href;
const CHECK_INTERVAL_MS = 5;

interface News {
  stalls: (Stall & { thread: string })[];
  restarts: { thread: string; end: ThreadEnd; restarts: number }[];
  downs: { thread: string; end: ThreadEnd; why: string }[];
}

let counters: CounterRegistry;
let news: News;
let supervisor: Supervisor;

beforeEach(() => {
  counters = new CounterRegistry();
  news = { stalls: [], restarts: [], downs: [] };
  const listener: SupervisorListener = {
    stalled: (thread, stall) => news.stalls.push({ thread: thread.name, ...stall }),
    restarted: (thread, end, restarts) => news.restarts.push({ thread: thread.name, end, restarts }),
    down: (thread, end, why) => news.downs.push({ thread, end, why }),
  };
  supervisor = new Supervisor({ counters, listener, checkIntervalMs: CHECK_INTERVAL_MS });
});

afterEach(() => supervisor.stop(100));

function spec(name: string, options: Partial<SampleOptions> = {}): ThreadSpec {
  const block = counters.allocate('sample', { agent: name }, SAMPLE_CELL_NAMES);
  return {
    name,
    mode: 'spinning',
    idle: { kind: 'park', maxParkNs: 100_000 },
    maxHeapMb: 32,
    agents: [{ name, module: SAMPLE, options: { name, counters: block.handle, ...options } }],
  };
}

function turnsOf(agent: string): number {
  return counters.find('sample').find(({ block }) => block.labels.agent === agent)!.cells[0]!;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a supervisor', () => {
  it('reports a duty cycle that stands still, with the agent to blame, and leaves it alone if it has no deadline', async () => {
    await supervisor.start(spec('fine'));
    await supervisor.start(spec('loops', { does: 'loop' }), { stallReportMs: 100 });
    await until(() => news.stalls.length > 0);
    expect(news.stalls[0]).toMatchObject({ thread: 'loops', agent: 'loops' });
    expect(news.stalls[0]!.forMs).toBeGreaterThanOrEqual(100);
    const turns = turnsOf('fine');
    await until(() => turnsOf('fine') > turns + 50);
    expect(news).toMatchObject({ restarts: [], downs: [] });
    expect(news.stalls).toHaveLength(1);
  });

  it('ends a thread that loops for ever at its stall deadline and starts it again', async () => {
    await supervisor.start(spec('loops', { does: 'loop' }), {
      stallReportMs: 100,
      stallDeadlineMs: 200,
      restart: { maxRestarts: 1, windowMs: 600_000 },
    });
    await until(() => news.restarts.length > 0);
    expect(news.restarts[0]).toMatchObject({ thread: 'loops', end: { reason: 'stalled' }, restarts: 1 });
    await until(() => news.downs.length > 0);
    expect(news.downs[0]).toMatchObject({ thread: 'loops', end: { reason: 'stalled' } });
    expect(news.downs[0]!.why).toBe(
      'thread loops terminated, for its duty cycle stood still and stays down: it was restarted 1 times within 600000 ms',
    );
    expect(turnsOf('loops')).toBe(200);
    expect(supervisor.threads).toEqual([]);
  });

  it.each([
    ['throw', 'failed'],
    ['exit', 'exited'],
    ['exhaustHeap', 'outOfMemory'],
  ] as const)('starts a thread again after %s, while the others run on', async (does, reason) => {
    await supervisor.start(spec('fine'));
    const first = await supervisor.start(spec('bad', { does }), { restart: { maxRestarts: 1, windowMs: 600_000 } });
    await until(() => news.restarts.length > 0);
    expect(news.restarts[0]).toMatchObject({ thread: 'bad', end: { reason }, restarts: 1 });
    expect(supervisor.thread('bad')).not.toBe(first);
    await until(() => news.downs.length > 0);
    expect(supervisor.threads.map(({ name }) => name)).toEqual(['fine']);
    const turns = turnsOf('fine');
    await until(() => turnsOf('fine') > turns + 50);
  });

  it('leaves a thread down whose policy is not to restart it, and says so', async () => {
    await supervisor.start(spec('bad', { does: 'exit' }));
    await until(() => news.downs.length > 0);
    expect(news.downs[0]!.why).toBe(
      'thread bad called process.exit (code 3) and stays down: its policy is not to restart it',
    );
  });

  it('does not restart what was stopped on purpose', async () => {
    const thread = await supervisor.start(spec('fine'), { restart: { maxRestarts: 5, windowMs: 600_000 } });
    await thread.stop();
    await until(() => supervisor.threads.length === 0);
    expect(news).toEqual({ stalls: [], restarts: [], downs: [] });
  });

  it('stops all its threads, also one that loops for ever', async () => {
    const fine = await supervisor.start(spec('fine'));
    const loops = await supervisor.start(spec('loops', { does: 'loop' }));
    await until(() => turnsOf('loops') === 100);
    await supervisor.stop(100);
    expect((await fine.ended).reason).toBe('stopped');
    expect((await loops.ended).reason).toBe('terminated');
    expect(news.restarts).toEqual([]);
  });

  it('fails to start a thread that fails to start, and does not try again', async () => {
    await expect(
      supervisor.start(spec('bad', { does: 'failToStart' }), { restart: { maxRestarts: 5, windowMs: 1000 } }),
    ).rejects.toThrow('agent bad: no such venue');
    expect(supervisor.threads).toEqual([]);
  });
});
