import { setTimeout as delay } from 'node:timers/promises';

const ASK_MS = 2;
const PATIENCE_MS = 5000;

/**
 * Puts a request to the gateway's thread and waits for its answer. Main thread only.
 * @param ask false while somebody else's request is under way: it is asked again
 * @param answer undefined while there is none
 * @throws {Error} if the gateway's thread does not answer
 */
export async function answerTo<T>(ask: () => boolean, answer: () => T | undefined): Promise<T> {
  const startMs = performance.now();
  let isAsked = false;
  for (;;) {
    isAsked ||= ask();
    const given = isAsked ? answer() : undefined;
    if (given !== undefined) return given;
    if (performance.now() - startMs > PATIENCE_MS) {
      throw new Error(`the gateway has not answered within ${PATIENCE_MS} ms: what was asked for may yet be done`);
    }
    await delay(ASK_MS);
  }
}
