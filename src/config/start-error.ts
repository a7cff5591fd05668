/** What a config names is not as the start needs it: a password that is not there, a file with a mistake. The user's to mend. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** What to do about it. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
