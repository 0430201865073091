/** A channel's numbers, each on a ground as light as its pixel. */
import { written } from '../numbers.js';

export interface PixelGridProps {
  /** Of the corner, in the picture. */
  readonly top: number;
  readonly left: number;
  readonly width: number;
  /** Row by row: what is written, and how light the ground is, from 0 to 255. */
  readonly numbers: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
  /** The entry that is selected. */
  readonly selected: number;
  readonly nameOf: (row: number, column: number) => string;
  readonly onSelect: (index: number) => void;
}

/** Bytes up to here have white digits, the others black ones: both can be read. */
const dark = 117;

export function PixelGrid({ top, left, width, numbers, bytes, selected, nameOf, onSelect }: PixelGridProps) {
  function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }, index: number): void {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(numbers.length - 1, Math.max(0, index + step));
    onSelect(next);
    event.currentTarget.closest('table')?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  }
  return (
    <table class="pixels">
      <tbody>
        {Array.from({ length: Math.ceil(numbers.length / width) }, (_, row) => (
          <tr key={row}>
            {Array.from({ length: width }, (_, column) => {
              const index = row * width + column;
              const byte = bytes[index];
              // Two digits fit; the sum below has more.
              const shown = written(Math.round(100 * numbers[index]) / 100);
              return (
                <td key={column}>
                  <button
                    type="button"
                    data-index={index}
                    data-value={numbers[index]}
                    tabIndex={index === Math.max(0, selected) ? 0 : -1}
                    aria-pressed={index === selected}
                    aria-label={`${nameOf(top + row, left + column)}: ${shown}`}
                    style={{ background: `rgb(${byte} ${byte} ${byte})`, color: byte <= dark ? '#fff' : '#000' }}
                    onClick={() => onSelect(index)}
                    onPointerEnter={({ pointerType }) => pointerType === 'mouse' && onSelect(index)}
                    onKeyDown={(event) => walk(event, index)}
                  >
                    {shown}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
