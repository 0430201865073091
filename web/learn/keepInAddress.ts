import { addressOf } from './address.js';
import type { Part } from './part.js';

/** Milliseconds of rest before the address follows: browsers refuse pages that change it all the time. */
const rest = 300;

/** The address follows the figure that was changed last, without a new entry in the history. Gives what ends it. */
export function keepInAddress(root: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = ({ target }: Event) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (root.isConnected) history.replaceState(history.state, '', addressOf(target as Part) + location.hash);
    }, rest);
  };
  root.addEventListener('statechange', follow);
  return () => {
    clearTimeout(timer);
    root.removeEventListener('statechange', follow);
  };
}
