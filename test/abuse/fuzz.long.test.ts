import { fuzzSuite } from './fuzz-suite.ts';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
fuzzSuite({ seed, requests: Number(process.env.FUZZ_REQUESTS ?? 200_000) });
