/** The figure of an operation below its declaration. Its code is loaded when it is seen. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { LiveElement } from '../learn/liveElement.js';
import { language, texts } from '../shell/settings.js';
import type { figureFor } from './operation.js';

export function OperationFigure({ element, attributes }: NonNullable<ReturnType<typeof figureFor>>) {
  const { reference: text } = texts.value;
  const place = useRef<HTMLElement>(null);
  const isLoaded = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(async (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      const { defineElements } = await import('../learn/elements.js');
      if (!customElements.get(`rc-${element}`)) defineElements();
      isLoaded.value = true;
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  const address = `./learn.html?${new URLSearchParams({ embed: element, lang: language.value, ...attributes })}`;
  return (
    <section class="learn embedded operation" ref={place}>
      <h2>{text.figure}</h2>
      {isLoaded.value && <LiveElement name={element} attributes={attributes} />}
      <p class="hint">
        <a href={address}>{text.figureAlone}</a>
      </p>
    </section>
  );
}
