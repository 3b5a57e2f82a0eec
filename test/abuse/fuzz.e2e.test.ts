import { fuzzSuite } from './fuzz-suite.ts';

fuzzSuite({ seed: Number(process.env.FUZZ_SEED ?? 1), requests: Number(process.env.FUZZ_REQUESTS ?? 10_000) });
