import { fuzzRequests, requestSeeds } from './ouch-fuzz.ts';

export const target = { name: 'ouch50-requests', seeds: requestSeeds('ouch50'), run: fuzzRequests('ouch50') };
