/** The image, and the maps of layers and ReLUs, with a number that is pointed at and all that it was computed from. */
import { placeOf } from 'receptive/figures';
import { MapGrid } from '../../maps/mapGrid.js';
import { texts } from '../../shell/settings.js';
import { written } from '../numbers.js';
import type { Look, Place, Row, SeenOf } from './messages.js';
import { sizeOf } from './sizeOf.js';

/** A network with more rows begins with all of them folded but the first and the last ones. */
const few = 11;

export function Seen({
  look: { network, rows },
  isGradient,
  isLarge,
  isWalking,
  selected,
  fields,
  select,
}: {
  readonly look: Look;
  readonly isGradient: boolean;
  readonly isLarge: boolean;
  /** A path is being walked: maps are chosen from by a press, not by passing over them. */
  readonly isWalking: boolean;
  readonly selected: Place;
  readonly fields: readonly SeenOf[];
  readonly select: (to: Place) => void;
}) {
  const { network: text } = texts.value;
  const fieldOf = ({ id }: Row) => fields.find(({ row }) => row === id);
  const grid = (row: Row) => (
    <MapGrid
      of={{ layer: row.name, shape: row.outputShape, values: isGradient ? row.gradient : row.values }}
      label={(isGradient ? text.gradientOf : text.outputOf)(nameOf(row))}
      isGradient={isGradient}
      isLarge={isLarge}
      pressOnly={isWalking}
      seen={fieldOf(row)?.seen}
      selected={selected.row === row.id ? selected.index : null}
      onPoint={(index) => select({ row: row.id, index })}
    />
  );
  const [image, ...others] = rows;
  return (
    <div class={`layers-seen ${isLarge ? 'enlarged' : ''}`}>
      <div class="layer image">
        <h4>
          {text.image} <span class="hint">{image.outputShape.join('×')}</span>
        </h4>
        {grid(image)}
      </div>
      {others.map((row, i) => (
        <details
          key={`${network} ${row.id}`}
          style={{ '--columns': String(row.outputShape.at(-1)) }}
          class={`layer ${row.outputShape.length === 1 ? 'row' : ''}`}
          open={rows.length <= few || i < 3 || i > others.length - 3 || (isWalking && row.id === selected.row)}
        >
          <summary>
            <b>{row.name}</b>{' '}
            <span class="hint">
              {[row.type, row.outputShape.join('×'), fieldOf(row) && text.takesPart(sizeOf(fieldOf(row)!))]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </summary>
          {grid(row)}
          {i === others.length - 1 && <Classes count={row.values.length} />}
        </details>
      ))}
    </div>
  );
}

/** Below the scores: which class each is of. Who listens hears it with the number. */
function Classes({ count }: { readonly count: number }) {
  return (
    <div class="classes" aria-hidden="true">
      {Array.from({ length: count }, (_, label) => (
        <span key={label}>{label}</span>
      ))}
    </div>
  );
}

/** Which number it is, and what it sees. */
export function Said({
  look,
  selected: { row: id, index },
  fields: [image],
}: {
  readonly look: Look;
  readonly selected: Place;
  readonly fields: readonly SeenOf[];
}) {
  const { network: text } = texts.value;
  const row = rowOf(look, id)!;
  const isScore = row === look.rows.at(-1);
  const [value, gradient] = [written(row.values[index]), written(row.gradient[index])];
  return (
    <>
      <code>{numberOf(row, index)}</code>{' '}
      {row === look.rows[0]
        ? text.pixelIs(value, gradient)
        : text.sees({
            value,
            gradient,
            size: sizeOf(image),
            rows: [image.top, image.top + image.height - 1],
            columns: [image.left, image.left + image.width - 1],
          })}
      {isScore && <> {text.probability(index, (100 * look.probabilities[index]).toFixed(1))}</>}
    </>
  );
}

export const rowOf = ({ rows }: Look, id: string): Row | undefined => rows.find((row) => row.id === id);

export const nameOf = ({ name }: Row): string => name || texts.value.network.image;

/** `conv2[3, 0, 1]` */
export const numberOf = (row: Row, index: number): string =>
  `${nameOf(row)}[${placeOf(index, row.outputShape).join(', ')}]`;
