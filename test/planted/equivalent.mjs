/**
 * Mutants that change no result, each with the reason: they are left out of the share. A mutant is a file, a line as it is, and the
 * line with the mistake. `run.mjs` fails if one of them is no longer made, so that none outlives the line that it is about.
 */
export const equivalent = [
  {
    language: 'ts',
    file: 'tanh.ts',
    before: 'for (let i = 0; i < dx.length; i++) dx[i] = (1 - y[i] * y[i]) * dy[i];',
    after: 'for (let i = 0; i <= dx.length; i++) dx[i] = (1 - y[i] * y[i]) * dy[i];',
    reason: 'JavaScript writes nothing past the end of a typed array',
  },
  {
    language: 'ts',
    file: 'dropout.ts',
    before: 'for (let i = 0; i < dx.length; i++) dx[i] = mask[i] === 0 ? 0 : dy[i] / (1 - s.p);',
    after: 'for (let i = 0; i <= dx.length; i++) dx[i] = mask[i] === 0 ? 0 : dy[i] / (1 - s.p);',
    reason: 'JavaScript writes nothing past the end of a typed array',
  },
  {
    language: 'ts',
    file: 'relu.ts',
    before: 'for (let i = 0; i < y.length; i++) y[i] = Math.max(0, x[i]);',
    after: 'for (let i = 0; i <= y.length; i++) y[i] = Math.max(0, x[i]);',
    reason: 'JavaScript writes nothing past the end of a typed array',
  },
];
