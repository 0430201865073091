/** What each layer saw. */

import { MapGrid } from '../maps/mapGrid.js';
import { texts } from '../shell/settings.js';
import { Choice } from './choice.js';
import type { Predictor } from './predictor.js';

export function Layers({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const opened = predictor.opened.value!;
  const { maps } = predictor.answer.value!;
  const { layer } = predictor.asked.value;
  const channels = opened.layers[layer].outputShape![1];
  return (
    <section aria-labelledby="layers">
      <h2 id="layers">{text.layers}</h2>
      <p class="hint">{text.layersHint}</p>
      <Choice
        label={text.layer}
        value={String(layer)}
        options={opened.layers.map(({ name, type, outputShape }, i) => [
          String(i),
          `${i + 1}. ${name} · ${type} · ${outputShape!.slice(1).join('×')}`,
        ])}
        onChoose={(value) => predictor.ask({ layer: Number(value) })}
      />
      {maps.shape[0] < channels && <p class="hint">{text.first(maps.shape[0], channels)}</p>}
      <MapGrid of={maps} label={text.mapsOf(maps.layer)} />
    </section>
  );
}
