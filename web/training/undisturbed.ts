import { defaultGenerator } from 'receptive';

/** Does it, and leaves the generator as it was: a pass over images draws from it. */
export async function undisturbed<T>(work: () => Promise<T>): Promise<T> {
  const generator = defaultGenerator.getState();
  try {
    return await work();
  } finally {
    defaultGenerator.setState(generator);
  }
}
