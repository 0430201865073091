/** A figure alone, without anything around it. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { texts } from '../shell/settings.js';
import { embedded, restore } from './address.js';
import { keepInAddress } from './keepInAddress.js';

const parameters = new URLSearchParams(location.search);

export function Embedded() {
  const { learn: text } = texts.value;
  const place = useRef<HTMLDivElement>(null);
  const [part, isRestored] = useMemo(() => {
    const part = embedded(parameters);
    return [part, part === null || restore(part, parameters)];
  }, []);
  useEffect(() => {
    document.title = text.figureOf(parameters.get('embed')!);
    if (!part || !place.current) return;
    place.current.append(part);
    return keepInAddress(place.current);
  }, []);
  return (
    <main class="learn embedded">
      {!part && <p class="bad">{text.noFigure(parameters.get('embed')!)}</p>}
      {!isRestored && <p class="bad">{text.foreignState}</p>}
      <div ref={place} />
    </main>
  );
}
