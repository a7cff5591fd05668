import { fuzzRequests, requestSeeds } from './ouch-fuzz.ts';

export const target = { name: 'ouch42-requests', seeds: requestSeeds('ouch42'), run: fuzzRequests('ouch42') };
