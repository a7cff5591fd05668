/** What is about to be handed to a socket, as the last check sees it: `RequestKind`. */

/**
 * The last step before `send`, whatever was decided earlier: the fencing epoch refuses everything, the kill switch refuses
 * what opens risk and lets cancels pass. Words in shared memory that other parts, and the command line, write.
 */
export interface LastCheck {
  /**
   * @param request {@link RequestKind}
   * @returns a `RefusalReason`; 0 = send
   */
  check(request: number, strategy: number, account: number): number;
}

/** Lets everything pass: for tests and simulations of other things. */
export const PASS_ALL: LastCheck = { check: () => 0 };
