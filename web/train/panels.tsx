/** What there is to see of the network, one panel at a time. */
import { useRef } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import { ConfusionPanel } from './confusionPanel.js';
import { InsidePanel } from './insidePanel.js';
import { LayersPanel } from './layersPanel.js';
import { panelNames, shown } from './looking.js';
import { MistakesPanel } from './mistakesPanel.js';
import { isThere } from './run.js';

const panels = {
  inside: InsidePanel,
  confusion: ConfusionPanel,
  mistakes: MistakesPanel,
  layers: LayersPanel,
} as const;

export function Panels() {
  const { train: text } = texts.value;
  const list = useRef<HTMLDivElement>(null);
  if (!isThere.value) return null;
  const Panel = panels[shown.value];
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = (panelNames.indexOf(shown.value) + move + panelNames.length) % panelNames.length;
    shown.value = panelNames[next];
    (list.current!.children[next] as HTMLElement).focus();
  };
  return (
    <section class="panels">
      <div role="tablist" aria-label={text.panels} ref={list} onKeyDown={onKeyDown}>
        {panelNames.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={shown.value === name}
            aria-controls="panel"
            tabIndex={shown.value === name ? 0 : -1}
            onClick={() => {
              shown.value = name;
            }}
          >
            {text.panelNames[name]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${shown.value}`}>
        <Panel />
      </div>
    </section>
  );
}
