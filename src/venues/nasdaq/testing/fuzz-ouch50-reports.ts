import { fuzzReports, replySeeds } from './ouch-fuzz.ts';

export const target = { name: 'ouch50-reports', seeds: replySeeds('ouch50'), run: fuzzReports('ouch50') };
