/** The server library: loads or does not. Where it does not, the router trades on without an API and says so. */
export type Uws = typeof import('uWebSockets.js');

/** @returns the library, or why it can't be loaded */
export async function loadUws(): Promise<Uws | string> {
  try {
    return await import('uWebSockets.js');
  } catch (error) {
    return `uWebSockets.js can't be loaded on this system (${(error as Error).message.split('\n')[0]})`;
  }
}
