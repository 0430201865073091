/** A navigation that is longer than the window shows where one is. */
import { useEffect, useRef } from 'preact/hooks';

/** For the `<nav>`; again whenever `what` changes. */
export function useCurrentInView(what: unknown) {
  const navigation = useRef<HTMLElement>(null);
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [what]);
  return navigation;
}
