/** A figure among other content of a page, by its name without `rc-`: Preact draws around it, and never into it. */
import { useLayoutEffect, useRef } from 'preact/hooks';

export function LiveElement({
  name,
  attributes,
}: {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const key = JSON.stringify(attributes);
  useLayoutEffect(() => {
    const part = document.createElement(`rc-${name}`);
    for (const [attribute, value] of Object.entries(attributes)) part.setAttribute(attribute, value);
    place.current!.replaceChildren(part);
  }, [name, key]);
  return <div ref={place} />;
}
