/** A journal that can't be read without guessing. The message names the file, the position and what stands there. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
  readonly file: string;
  /** Where in the day's journal it was found. */
  readonly position: number;

  constructor(file: string, position: number, what: string) {
    super(`${file} ${what}`);
    this.file = file;
    this.position = position;
  }
}

/** What a person can do about damage. */
export const DAMAGE_REMEDY =
  'restore the file from a copy; without one, move the day’s files away: the day then begins anew, and open orders are known again only once the venue has told of them';
