/** The heading of a name's page. It has the focus after a link from another name, so that a screen reader says where one is. */
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../shell/settings.js';

/** `place`: what the name is part of. */
export function Title({ name, place, isFocused = true }: { name: string; place?: string; isFocused?: boolean }) {
  const { pages, site } = texts.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · ${pages.reference} · ${site.name}`;
  }, [name, pages, site]);
  useEffect(() => {
    if (isFocused && document.activeElement?.closest('.reference')) heading.current?.focus();
  }, [name]);
  return (
    <>
      {place && (
        <p class="place">
          <code>{place}</code>
        </p>
      )}
      <h1 ref={heading} tabIndex={-1}>
        <code>{name}</code>
      </h1>
    </>
  );
}
