/** What chains of convolutions cost: `rc-cost image=192,28,28 a=5x5:32 b=1x1:16,5x5:32`. Every size can be changed. */
import { texts } from '../../shell/settings.js';
import { choose, chosenAs, numbersIn } from '../chosen.js';
import type { Part, View } from '../part.js';
import { chainOf, costOf, type Link } from './cost.js';
import { Frame, Meter, NumberField, WideTable } from './frame.js';

/** More channels than this, and drawing the weights would keep the page waiting. */
const most = 256;

/** Pixels in a row or column: they cost nothing here, as nothing is convolved. */
const largestSide = 512;

const kernels = [1, 3, 5, 7];

const ways = ['a', 'b'];

const longest = 4;

function readChain(text: string): Link[] | null {
  const chain = chainOf(text);
  if (chain === null || chain.length > longest) return null;
  const isFit = chain.every(({ kernel, channels }) => kernels.includes(kernel) && channels >= 1 && channels <= most);
  return isFit ? chain : null;
}

function CostFigure({ part }: { readonly part: Part }) {
  const { pictures: text } = texts.value;
  const image = chosenAs(part, 'image', numbersIn([1, most], [1, largestSide], [1, largestSide]), [192, 28, 28]);
  const chains = ways.map((way) => chosenAs(part, way, readChain, [{ kernel: 5, channels: 32 }]));
  const costs = chains.map((chain) => costOf(image, chain));
  const largest = Math.max(...costs.map(({ multiplyAdds }) => multiplyAdds));
  const change = (i: number, chain: readonly Link[]) =>
    choose(part, { [ways[i]]: chain.map(({ kernel: K, channels }) => `${K}x${K}:${channels}`).join(',') });
  const [one, other] = costs;
  return (
    <Frame label={text.costFigure}>
      <div class="sizes">
        {(['C', 'H', 'W'] as const).map((letter, d) => (
          <NumberField
            key={letter}
            label={text.sizeOfX(letter)}
            value={image[d]}
            least={1}
            largest={letter === 'C' ? most : largestSide}
            onChoose={(size) => choose(part, { image: image.with(d, size).join(',') })}
          />
        ))}
      </div>
      <div class="side-by-side">
        {chains.map((chain, i) => (
          <fieldset class="chain" key={i}>
            <legend>{text.way('AB'[i])}</legend>
            {chain.map((link, j) => (
              <div class="row" key={j}>
                <label>
                  {text.kernel}
                  <select
                    value={link.kernel}
                    onChange={({ currentTarget }) =>
                      change(i, chain.with(j, { ...link, kernel: Number(currentTarget.value) }))
                    }
                  >
                    {kernels.map((K) => (
                      <option key={K} value={K}>
                        {K}x{K}
                      </option>
                    ))}
                  </select>
                </label>
                <NumberField
                  label={text.channelsOut}
                  value={link.channels}
                  least={1}
                  largest={most}
                  onChoose={(channels) => change(i, chain.with(j, { ...link, channels }))}
                />
                {chain.length > 1 && (
                  <button type="button" onClick={() => change(i, chain.toSpliced(j, 1))}>
                    {text.remove}
                  </button>
                )}
              </div>
            ))}
            {chain.length < longest && (
              <button type="button" onClick={() => change(i, [{ kernel: 1, channels: 16 }, ...chain])}>
                {text.addBefore}
              </button>
            )}
          </fieldset>
        ))}
      </div>
      <WideTable label={text.costs}>
        <thead>
          <tr>
            <th scope="col" class="words">
              {text.convolution}
            </th>
            <th scope="col">{text.gives}</th>
            <th scope="col">{text.parameters}</th>
            <th scope="col">{text.multiplyAdds}</th>
            <th scope="col" class="words">
              <span class="unseen">{text.asBar}</span>
            </th>
          </tr>
        </thead>
        {costs.map(({ links, parameters, multiplyAdds }, i) => (
          <tbody key={i}>
            {links.map((link, j) => (
              <tr key={j}>
                <th scope="row">
                  {'AB'[i]} · {chains[i][j].kernel}x{chains[i][j].kernel}
                </th>
                <td>({link.shape.join(', ')})</td>
                <td>{text.count(link.parameters)}</td>
                <td data-value={link.multiplyAdds}>{text.count(link.multiplyAdds)}</td>
                <td>
                  <Meter share={link.multiplyAdds / largest} />
                </td>
              </tr>
            ))}
            <tr class="sum-row">
              <th scope="row">{text.allOf('AB'[i])}</th>
              <td />
              <td>{text.count(parameters)}</td>
              <td data-value={multiplyAdds}>{text.count(multiplyAdds)}</td>
              <td>
                <Meter share={multiplyAdds / largest} />
              </td>
            </tr>
          </tbody>
        ))}
      </WideTable>
      {other && (
        <p class="verdict" role="status">
          {text.share(((100 * other.multiplyAdds) / one.multiplyAdds).toFixed(1))}
        </p>
      )}
    </Frame>
  );
}

export const view: View = (part) => <CostFigure part={part} />;
