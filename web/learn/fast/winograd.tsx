/** `rc-winograd tile=row`: a tile of Winograd's convolution, stage by stage. Tiles: `row`, `plane`, and the kernels' `w3` and `w5`. */
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import {
  type Cell,
  cellsIn,
  type Figure,
  type Inputs,
  placeOf,
  type WinogradTile,
  winogradFigure,
  winogradProducts,
  winogradRounding,
} from 'receptive/figures';
import { number, tiny } from '../../race/numbers.js';
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, oneOf } from '../chosen.js';
import { Editor } from '../editor.js';
import { GridView } from '../grid.js';
import { isHidden } from '../hidden.js';
import type { Part, View } from '../part.js';
import { Share } from '../share.js';
import { fits, inputsOf } from '../state.js';
import { Sum } from '../sum.js';
import { Choice } from './slider.js';
import './style.css';

const tiles = {
  row: { m: 2, r: 3, isPlane: false },
  plane: { m: 2, r: 3, isPlane: true },
  w3: { m: 4, r: 3, isPlane: true },
  w5: { m: 2, r: 5, isPlane: true },
} as const satisfies Record<string, WinogradTile>;
type TileName = keyof typeof tiles;
const tileNames = Object.keys(tiles) as TileName[];

const presetNames = ['byHand', 'neighbour'] as const;
type PresetName = (typeof presetNames)[number];

const pixels = [1, 2, 4, 3];
const taps = [1, 2, 3];
/** Small whole numbers; the row is the one that `assembly/winograd/transforms.ts` does by hand. `neighbour`: one pixel is huge. */
function firstOf({ inputs }: Figure, preset: PresetName): Inputs {
  const [x, weight] = inputs;
  const length = ({ shape }: (typeof inputs)[number]) => shape[0] * shape[1];
  const make = (size: number, first: readonly number[]) =>
    Float64Array.from({ length: size }, (_, i) => (i < first.length ? first[i] : ((3 * i) % 5) - 1));
  const image = make(length(x), pixels);
  if (preset === 'neighbour') {
    for (let i = 0; i < image.length; i++) image[i] += 0.1;
    image[3 * (x.shape[0] > 1 ? x.shape[1] + 1 : 1)] = 1e6; // the fourth, down and across
  }
  return { [x.name]: image, [weight.name]: make(length(weight), taps) };
}

/** Which grids stand together. */
const stages = [
  { stage: 'given', grids: ['d', 'X', 'g', 'w'] },
  { stage: 'matrices', grids: ['Bᵀ', 'G', 'Aᵀ'] },
  { stage: 'transformed', grids: ['V', 'U'] },
  { stage: 'multiplied', grids: ['M'] },
  { stage: 'result', grids: ['y', 'conv2d'] },
] as const;

const matrices: readonly string[] = stages[1].grids;

function Winograd({ part }: { readonly part: Part }) {
  const text = texts.value.fast.winograd;
  const name = chosenAs(part, 'tile', oneOf(tileNames), tileNames[0]);
  const preset = chosenAs(part, 'preset', oneOf(presetNames), presetNames[0]);
  const figure = useMemo(() => winogradFigure(tiles[name]), [name]);
  const root = useRef<HTMLElement>(null);
  const pointed = useSignal<Cell | null>(null);
  const first = useMemo(() => firstOf(figure, preset), [figure, preset]);
  const state = fits(part.state, figure.compute(first)) ? part.state : { ...part.state, numbers: {}, cell: null };
  const inputs = useMemo(() => inputsOf(first, state), [first, part.state]);
  const grids = useMemo(() => figure.compute(inputs), [figure, inputs]);
  const selected = state.cell ?? { grid: 'y', index: 0 };
  const shown = pointed.value ?? selected;
  const gridOf = (cell: Cell) => grids.find((grid) => grid.name === cell.grid)!;
  const nameOf = (cell: Cell) => `${cell.grid}[${placeOf(cell.index, gridOf(cell).shape).join(', ')}]`;
  const rounding = useMemo(() => winogradRounding(tiles[name], inputs), [name, inputs]);
  /** Whose rounding is shown. */
  const output = ['y', 'conv2d'].includes(shown.grid) ? shown.index : 0;
  const ofOutput = nameOf({ grid: 'y', index: output });
  const products = winogradProducts(tiles[name]);
  const explanation = figure.explain(shown, inputs);
  const lit = (grid: string) => (explanation ? cellsIn(explanation, grid) : new Map());
  const select = (cell: Cell) => {
    pointed.value = null;
    part.state = { ...state, cell };
  };
  /** Numbers that were changed are those of another tile, or take the place of a preset's: they go. */
  const chooseOther = (options: Readonly<Record<string, string>>) => {
    part.state = { ...part.state, numbers: {}, cell: null };
    choose(part, options);
  };
  const edit = (value: number) => {
    const { grid, index } = selected;
    part.state = { ...state, numbers: { ...state.numbers, [grid]: { ...state.numbers[grid], [index]: value } } };
  };
  return (
    <section class="figure fast" aria-label={text.label} ref={root}>
      <Choice
        label={text.tile}
        names={tileNames}
        value={name}
        labels={text.tiles}
        onChange={(tile) => chooseOther({ tile })}
      />
      <Choice
        label={text.numbers}
        names={presetNames}
        value={Object.keys(state.numbers).length === 0 ? preset : null}
        labels={text.presets}
        onChange={(chosen) => chooseOther({ preset: chosen })}
      />
      <div class="stages">
        {stages.map(({ stage, grids: names }) => (
          <div key={stage}>
            <h3>{text.stages[stage](tiles[name].isPlane)}</h3>
            <div class="grids">
              {grids
                .filter((grid) => (names as readonly string[]).includes(grid.name))
                .map((grid) => (
                  <GridView
                    key={grid.name}
                    grid={grid}
                    selected={selected.grid === grid.name ? selected.index : -1}
                    lit={lit(grid.name)}
                    onSelect={(index) => select({ grid: grid.name, index })}
                    onPoint={(index) => {
                      pointed.value = index === null ? null : { grid: grid.name, index };
                    }}
                    onType={(index) => {
                      select({ grid: grid.name, index });
                      queueMicrotask(() => root.current?.querySelector<HTMLInputElement>('.edit input')?.select());
                    }}
                  />
                ))}
            </div>
          </div>
        ))}
      </div>
      <div class="follows">
        {matrices.includes(shown.grid) ? (
          <p class="sum">{text.constant(shown.grid)}</p>
        ) : (
          !isHidden('sum', part) && <Sum grids={grids} cell={shown} figure={figure} inputs={inputs} />
        )}
        {gridOf(selected).isInput && !isHidden('edit', part) && (
          <Editor
            key={nameOf(selected)}
            name={nameOf(selected)}
            value={gridOf(selected).values[selected.index]}
            onEdit={edit}
            onLeave={() => root.current?.querySelector<HTMLElement>('.cell.selected')?.focus()}
          />
        )}
      </div>
      <table class="table">
        <thead>
          <tr>
            <td />
            <th scope="col">Winograd</th>
            <th scope="col">{text.plain}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{text.products}</th>
            <td>{products.winograd}</td>
            <td>{products.direct}</td>
          </tr>
          <tr>
            <th scope="row">{text.magnitude(ofOutput)}</th>
            <td>{number(rounding.winograd.magnitude[output])}</td>
            <td>{number(rounding.direct.magnitude[output])}</td>
          </tr>
          <tr>
            <th scope="row">{text.error(ofOutput)}</th>
            <td>{tiny(rounding.winograd.error[output])}</td>
            <td>{tiny(rounding.direct.error[output])}</td>
          </tr>
        </tbody>
      </table>
      {!isHidden('share', part) && (
        <Share part={part} grids={grids} operation={figure.operation} selected={selected} lit={lit} />
      )}
    </section>
  );
}

export const view: View = (part) => <Winograd part={part} />;
