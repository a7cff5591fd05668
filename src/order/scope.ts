/** What a limit, a kill or a refusal applies to. Part of the journal's format. */
export const Scope = { global: 0, venue: 1, account: 2, strategy: 3, instrument: 4 } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

/** The scopes' words, by code. */
export const SCOPE_NAMES = ['global', 'venue', 'account', 'strategy', 'instrument'] as const;
