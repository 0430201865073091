/** Paper with all figures of a chapter on it. A browser that prints waits for nobody, so this waits first. */
import { useSignal } from '@preact/signals';
import { texts, theme } from '../shell/settings.js';
import { partsIn } from './address.js';

export function Print() {
  const { learn: text } = texts.value;
  /** How many figures are there, and of how many. Null: nobody waits. */
  const progress = useSignal<readonly [number, number] | null>(null);
  const start = async () => {
    const parts = partsIn(document);
    // Canvases have the page's colours, and are drawn again for paper.
    const chosen = theme.value;
    const putBack = () => {
      theme.value = chosen;
    };
    theme.value = 'light';
    try {
      // One at a time: several have a network compute.
      for (const [done, part] of parts.entries()) {
        progress.value = [done, parts.length];
        await part.complete();
      }
    } catch (error) {
      putBack();
      throw error;
    } finally {
      progress.value = null;
    }
    addEventListener('afterprint', putBack, { once: true });
    print();
  };
  return (
    <div class="buttons">
      <button type="button" disabled={progress.value !== null} onClick={start}>
        {text.print}
      </button>
      <span role="status">{progress.value && text.printing(...progress.value)}</span>
    </div>
  );
}
