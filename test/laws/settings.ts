/** How many problems each law is tried on, and which: `npm test -- --runs 10000 --seed 42`. */
import { newSeed } from '../../src/testing/index.js';

export const runs = Number(process.env.RECEPTIVE_RUNS ?? 100);
export const seed = Number(process.env.RECEPTIVE_SEED ?? newSeed());
