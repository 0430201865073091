/** Which pixels decided. */

import { Overlaid } from '../maps/canvases.js';
import { MapGrid } from '../maps/mapGrid.js';
import { texts } from '../shell/settings.js';
import { Choice } from './choice.js';
import type { Predictor } from './predictor.js';

const likeliest = '';

export function Why({ predictor }: { readonly predictor: Predictor }) {
  const { predict: text } = texts.value;
  const { classes, mapped } = predictor.opened.value!;
  const { label, saliency, gradCam, image } = predictor.answer.value!;
  const asked = predictor.asked.value;
  const name = classes[label];
  return (
    <section aria-labelledby="why">
      <h2 id="why">{text.why}</h2>
      <Choice
        label={text.whyClass}
        value={asked.label === null ? likeliest : String(asked.label)}
        options={[[likeliest, text.likeliest], ...classes.map((name, i) => [String(i), name] as const)]}
        onChoose={(value) => predictor.ask({ label: value === likeliest ? null : Number(value) })}
      />
      <div class="reasons">
        <div>
          <h3>{text.saliency}</h3>
          <MapGrid of={saliency} label={text.saliencyOf(name)} isLarge />
          <p class="hint">{text.saliencyHint(name)}</p>
        </div>
        {gradCam && (
          <div>
            <h3>Grad-CAM</h3>
            <Overlaid
              image={image}
              values={gradCam.values}
              height={gradCam.shape[0]}
              width={gradCam.shape[1]}
              label={text.gradCamOf(name, gradCam.layer)}
            />
            <Choice
              label={text.gradCamLayer}
              value={gradCam.layer}
              options={mapped.map((name) => [name, name])}
              onChoose={(mapped) => predictor.ask({ mapped })}
            />
            <p class="hint">
              {gradCam.values.every((value) => value === 0) ? text.gradCamNothing(name) : text.gradCamHint(name)}
            </p>
          </div>
        )}
      </div>
    </section>
  );
}
