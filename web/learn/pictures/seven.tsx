/** Shows something of the sample digit, as soon as it is there. */
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { sevenAsNumbers } from './sample.js';

export function Seven({ children }: { readonly children: (image: Float64Array) => ComponentChild }) {
  const image = useSignal<Float64Array | null>(null);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    sevenAsNumbers().then(
      (numbers) => {
        image.value = numbers;
      },
      (error: Error) => {
        failure.value = error.message;
      },
    );
  }, []);
  if (failure.value) return <p class="bad">{failure.value}</p>;
  return image.value ? children(image.value) : <p aria-busy="true" />;
}
