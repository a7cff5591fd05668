/** Venues that a starter config can be had for. */
export const STARTER_VENUES = ['nasdaq', 'cme'] as const;
export type StarterVenue = (typeof STARTER_VENUES)[number];
