/** The gateway's process dies at this very instruction: thrown through its code, caught where the world calls it. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
}

/** When the process dies: after so many of the moments at which it could. */
export class DeathClock {
  /** Moments still to live; 0 = nobody wants it dead. */
  left = 0;

  /** Looked at before and after each record, each send and each receive. @throws {ProcessKilled} */
  readonly tick = (): void => {
    if (this.left === 0 || --this.left > 0) return;
    throw new ProcessKilled('killed');
  };
}
