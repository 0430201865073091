/** What the heads of saved reports must look like, as `backends/environment.ts` describes them: of a check's, and of a bench run's. */
import * as v from 'valibot';

export const environmentSchema = v.object({
  runtime: v.string(),
  machine: v.string(),
  cores: v.number(),
  isolated: v.boolean(),
  timerStep: v.number(),
  version: v.string(),
  date: v.string(),
});

export const backendSchema = v.object({
  label: v.string(),
  backend: v.picklist(['reference', 'wasm', 'webgpu']),
  threads: v.nullable(v.number()),
  build: v.nullable(v.string()),
  adapter: v.nullable(
    v.object({
      vendor: v.string(),
      architecture: v.string(),
      device: v.string(),
      description: v.string(),
      computesOnCpu: v.boolean(),
      powerPreference: v.nullable(v.string()),
    }),
  ),
});
