import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForStop } from './signals.ts';

describe('a stop request', () => {
  it('comes from the first signal, which it names', async () => {
    const stop = listenForStop();
    const aborted = once(stop.signal, 'abort');
    process.kill(process.pid, 'SIGTERM');
    await aborted;
    expect(stop.signal.reason).toBe('SIGTERM');
    stop.dispose();
  });

  it('may come from inside, and leaves no handler behind', () => {
    const before = process.listenerCount('SIGINT');
    const stop = listenForStop();
    stop.stop('--for has passed');
    stop.stop('again');
    expect(stop.signal.reason).toBe('--for has passed');
    stop.dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
