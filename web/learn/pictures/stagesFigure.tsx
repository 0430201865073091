/** A network's table, asked of the network: `rc-stages network=googlenet image=3,224,224`. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { texts } from '../../shell/settings.js';
import type { View } from '../part.js';
import { Frame, Meter, WideTable } from './frame.js';
import { ask } from './messages.js';
import type { Stage } from './stages.js';

function StagesFigure({ network, image }: { readonly network: string; readonly image: readonly number[] }) {
  const { pictures: text } = texts.value;
  const stages = useSignal<readonly Stage[] | null>(null);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    ask('stages', { network, image }).then(
      (found) => {
        stages.value = found;
      },
      (error: Error) => {
        failure.value = error.message;
      },
    );
  }, []);
  return (
    <Frame label={text.stagesOf(network)} isBusy={!stages.value && !failure.value}>
      {failure.value && <p class="bad">{failure.value}</p>}
      {stages.value ? <Table stages={stages.value} /> : !failure.value && <p role="status">{text.networkIsMade}</p>}
    </Frame>
  );
}

function Table({ stages }: { readonly stages: readonly Stage[] }) {
  const { pictures: text } = texts.value;
  const largest = Math.max(...stages.map(({ multiplyAdds }) => multiplyAdds));
  const sum = (of: 'parameters' | 'multiplyAdds') => stages.reduce((all, stage) => all + stage[of], 0);
  return (
    <WideTable label={text.stages}>
      <thead>
        <tr>
          <th scope="col" class="words">
            {text.stage}
          </th>
          <th scope="col" class="words">
            {text.channels}
          </th>
          <th scope="col">{text.gives}</th>
          <th scope="col">{text.parameters}</th>
          <th scope="col">{text.multiplyAdds}</th>
          <th scope="col">
            <span class="unseen">{text.asBar}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {stages.map(({ name, channels, shape, parameters, multiplyAdds }) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td class="words">{channels.map((branch) => branch.join(' → ')).join(' | ')}</td>
            <td>{shape ? `(${shape.join(', ')})` : text.inTraining}</td>
            <td data-value={parameters}>{text.count(parameters)}</td>
            <td data-value={multiplyAdds}>{text.count(multiplyAdds)}</td>
            <td>{multiplyAdds > 0 && <Meter share={multiplyAdds / largest} />}</td>
          </tr>
        ))}
        <tr class="sum-row">
          <th scope="row">{text.all}</th>
          <td />
          <td />
          <td data-value={sum('parameters')}>{text.count(sum('parameters'))}</td>
          <td data-value={sum('multiplyAdds')}>{text.count(sum('multiplyAdds'))}</td>
          <td />
        </tr>
      </tbody>
    </WideTable>
  );
}

export const view: View = (part) => <StagesFigure network={part.text('network')} image={part.shape('image')} />;
