/** A network learns in the page. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

/** All but the heading needs the catalog, which is as large as the rest of the page: it comes when the heading is there. */
const Training = signal<ComponentType | null>(null);
import('../train/training.js').then((module) => {
  Training.value = module.Training;
});

function Train() {
  const { train: text } = texts.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p class="lead">{text.lead}</p>
      {Training.value && <Training.value />}
    </>
  );
}

mount('train', Train);
