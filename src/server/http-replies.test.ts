import type { HttpResponse } from 'uWebSockets.js';
import { expect, it } from 'vitest';
import { answerHealth, reply, TOO_MANY } from './http-replies.ts';

/** A response that writes down what is done with it. */
function recorded() {
  const calls: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push(name);
      if (name === 'cork') (args[0] as () => void)();
      if (name === 'end') calls.push(`close: ${args[1]}`);
      return name === 'tryEnd' ? [true, true] : 0;
    };
  const names = ['onAborted', 'cork', 'writeStatus', 'writeHeader', 'end', 'getWriteOffset', 'tryEnd'];
  const response = Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as HttpResponse;
  return { calls, response };
}

it('every answer has somebody to tell of its abortion: without, a flood of requests that were not read ended the process', () => {
  for (const answer of [
    (response: HttpResponse) => reply(response, '200 OK', 'text/plain', 'x'.repeat(100_000)),
    (response: HttpResponse) => answerHealth(response, ['starting']),
  ]) {
    const { calls, response } = recorded();
    answer(response);
    expect(calls[0]).toBe('onAborted');
    expect(calls).toContain('tryEnd');
  }
});

it('who is too fast has to come back on another connection', () => {
  const { calls, response } = recorded();
  reply(response, TOO_MANY, 'text/plain', '');
  expect(calls.at(-1)).toBe('close: true');
});
