/** The address of an array that a caller may leave out: 0 then. `tools/kernels.mjs` lets callers write null for it. */
export type Optional = usize;
