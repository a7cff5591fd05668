import type { Worker } from 'node:worker_threads';

/** Sends a thread its orders and waits for its one answer. */
export function askThread<Answer = unknown>(thread: Worker, message: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = () => {
      thread.off('message', onMessage);
      thread.off('error', onError);
    };
    const onMessage = (answer: Answer) => {
      done();
      resolve(answer);
    };
    const onError = (error: Error) => {
      done();
      reject(error);
    };
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.postMessage(message);
  });
}
