/** Every kernel of every backend keeps the laws of its operation: operations x laws x backends. */
import { describe, test } from 'vitest';
import { ReferenceBackend } from '../../src/backends/reference/index.js';
import { operationNames } from '../../src/ops/index.js';
import {
  arrayGuards,
  backendCandidate,
  type Candidate,
  checkLaw,
  lawsFor,
  reference,
} from '../../src/testing/index.js';
import { runs, seed } from './settings.js';

const candidates: Record<string, Candidate> = {
  'plain arrays': reference,
  'reference backend': backendCandidate(new ReferenceBackend(), arrayGuards()),
};

for (const [where, candidate] of Object.entries(candidates)) {
  describe(where, () => {
    for (const name of operationNames) {
      describe(name, () => {
        for (const law of lawsFor(name, candidate)) {
          test(law, () => checkLaw(name, law, candidate, { runs, seed }));
        }
      });
    }
  });
}
