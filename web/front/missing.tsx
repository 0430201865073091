/** What this browser or this host lacks, and what that costs. */
import { signal } from '@preact/signals';
import { simd } from 'wasm-feature-detect';
import { threadsAfterReload } from '../offline/keep.js';
import { texts } from '../shell/settings.js';
import { trainer } from './run.js';

const hasSimd = signal(true);
simd().then((found) => {
  hasSimd.value = found;
});

export function Missing() {
  const { home: text } = texts.value;
  const said: string[] = [];
  if (!hasSimd.value) said.push(text.noSimd);
  else if (!crossOriginIsolated) {
    said.push(text.oneThread(navigator.hardwareConcurrency));
    if (threadsAfterReload.value) said.push(text.reload);
  }
  const backend = trainer.started.value?.backend;
  if (backend && !backend.startsWith('webgpu')) said.push(text.noGpu);
  return (
    <>
      {said.map((sentence) => (
        <p key={sentence} class="hint">
          {sentence}
        </p>
      ))}
    </>
  );
}
