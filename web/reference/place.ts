/** Which name the page shows: it stands in the address. */
import { signal } from '@preact/signals';

export interface Place {
  /** Of the package: `data` for `receptive/data`. */
  readonly entry: string;
  /** Of an export, a member, or a section; empty for the whole entry. */
  readonly name: string;
}

function placeIn(search: string): Place {
  const parameters = new URLSearchParams(search);
  return { entry: parameters.get('entry') ?? 'receptive', name: parameters.get('name') ?? '' };
}

export const place = signal(placeIn(location.search));

/** Keeps what else the address has, such as the language. */
export function addressOf({ entry, name }: Place): string {
  const parameters = new URLSearchParams(location.search);
  parameters.set('entry', entry);
  if (name === '') parameters.delete('name');
  else parameters.set('name', name);
  return `?${parameters}`;
}

/** Links from name to name change the page without loading it anew. */
export function followLinks(): () => void {
  const click = (event: MouseEvent) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const address = link?.getAttribute('href');
    if (!isPlain || !address?.startsWith('?')) return;
    event.preventDefault();
    place.value = placeIn(address);
    history.pushState(null, '', addressOf(place.value));
  };
  const back = () => {
    place.value = placeIn(location.search);
  };
  document.addEventListener('click', click);
  addEventListener('popstate', back);
  return () => {
    document.removeEventListener('click', click);
    removeEventListener('popstate', back);
  };
}
