/** What was chosen in a form, remembered for the next visit. */
import { effect, type Signal, signal } from '@preact/signals';
import { recall, remember } from '../shell/storage.js';

/** `first`: what is chosen on the first visit. What was remembered counts where it has the same type. */
export function choices<T extends object>(key: string, first: T): Signal<T> {
  const chosen = signal({ ...first, ...remembered(key, first) });
  effect(() => remember(key, JSON.stringify(chosen.value)));
  return chosen;
}

function remembered<T extends object>(key: string, first: T): Partial<T> {
  try {
    const values = Object.entries(JSON.parse(recall(key) ?? '{}') as object);
    return Object.fromEntries(values.filter(([name, value]) => isLike(value, first[name as keyof T]))) as Partial<T>;
  } catch {
    return {};
  }
}

const isLike = (value: unknown, example: unknown) =>
  typeof value === typeof example && Array.isArray(value) === Array.isArray(example);
