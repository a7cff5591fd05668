/** A journal that can't be opened; the message says which and why, `remedy` what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
