/** The graph of an expression: tensors as boxes, with their value and the gradient that has come so far; who read what as lines. */
import { texts } from '../../shell/settings.js';
import type { Expression, GraphRun } from './expressions.js';
import { type GraphState, list, stateAt } from './graphSteps.js';

const BOX = { width: 88, height: 62 };
const STEP = { x: 118, y: 84 };
const MARGIN = 22;

const symbols: Readonly<Record<string, string>> = { mul: '·', add: '+', sub: '−' };

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly input: number;
  readonly path: string;
  /** Where the gradient that flows back is written. */
  readonly middle: readonly [x: number, y: number];
}

export function GraphDrawing(props: {
  readonly expression: Expression;
  readonly run: GraphRun;
  readonly step: number;
}) {
  const { ideas: text } = texts.value;
  const { run, expression } = props;
  const places = run.names.map((name) => expression.places[name]);
  const corner = (i: number) => ({ x: MARGIN + places[i][0] * STEP.x, y: MARGIN + places[i][1] * STEP.y });
  const width = 2 * MARGIN + BOX.width + STEP.x * Math.max(...places.map(([column]) => column));
  const rows = [...places.map(([, row]) => row), ...Object.values(expression.detours ?? {})];
  const height = 2 * MARGIN + BOX.height + STEP.y * Math.max(...rows);
  const state = stateAt(run, props.step);
  const edges = edgesOf(run, expression, corner);
  const gift = state.kind === 'gift' ? run.gifts[state.at] : null;
  const label = run.names
    .map((name, i) => `${name}: ${state.known.has(i) ? list(run.entries[i].value) : '–'}`)
    .join('; ');
  return (
    <svg
      class="graph-drawing"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${text.drawing}: ${label}`}
    >
      <defs>
        <pattern id="graph-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line class="hatch" x1="0" x2="0" y1="0" y2="6" />
        </pattern>
      </defs>
      {edges.map((edge) => {
        const isGift = gift !== null && edge.to === gift.from && edge.input === gift.input;
        const isRead = state.kind === 'forward' && edge.to === state.at;
        return (
          <path
            key={`${edge.to} ${edge.input}`}
            class={`edge ${isGift ? 'gift' : ''} ${isRead ? 'read' : ''}`}
            d={edge.path}
          />
        );
      })}
      {run.names.map((name, i) => (
        <Box key={name} name={name} index={i} run={run} state={state} {...corner(i)} />
      ))}
      {gift && (
        <GiftLabel
          edge={edges.find(({ to, input }) => to === gift.from && input === gift.input)!}
          value={list(gift.gradient)}
        />
      )}
    </svg>
  );
}

interface BoxProps {
  readonly name: string;
  readonly index: number;
  readonly run: GraphRun;
  readonly state: GraphState;
  readonly x: number;
  readonly y: number;
}

function Box({ name, index, run, state, x, y }: BoxProps) {
  const { operation, value } = run.entries[index];
  const gradient = state.gradients.get(index);
  const isAt = state.kind === 'gift' ? run.gifts[state.at].to === index : state.at === index;
  const role = operation === null ? (/^[xt]/.test(name) ? 'x' : 'weight') : 'y';
  const title = operation === null ? name : `${name} = ${symbols[operation] ?? operation}`;
  const third = BOX.height / 3;
  const middle = x + BOX.width / 2;
  return (
    <g class={`box role-${role} ${isAt ? 'at' : ''}`}>
      <rect class="ground" x={x} y={y} width={BOX.width} height={BOX.height} rx="6" />
      {gradient && <rect class="hatched" x={x} y={y + 2 * third} width={BOX.width} height={third} rx="6" />}
      <text class="name" x={middle} y={y + third - 6} text-anchor="middle">
        {title}
      </text>
      <text x={middle} y={y + 2 * third - 6} text-anchor="middle">
        {state.known.has(index) ? short(value) : ''}
      </text>
      <text x={middle} y={y + 3 * third - 6} text-anchor="middle">
        {gradient ? `d: ${short(gradient)}` : ''}
      </text>
      <rect class="frame" x={x} y={y} width={BOX.width} height={BOX.height} rx="6" />
    </g>
  );
}

/** As many characters as a box has room for; the table has all of them. */
function short(values: ArrayLike<number>): string {
  const all = list(values);
  if (all.length <= 10) return all;
  return values.length === 1 ? values[0].toExponential(2).replace('e+', 'e').replaceAll('-', '−') : '…';
}

function GiftLabel({ edge: { middle }, value }: { readonly edge: Edge; readonly value: string }) {
  const width = 8 * value.length + 8;
  // What doesn't fit between two boxes stands above them.
  const above = width > STEP.x - BOX.width ? BOX.height / 2 + 10 : 0;
  return (
    <g class="gift-label">
      <rect x={middle[0] - width / 2} y={middle[1] - above - 10} width={width} height={20} rx="4" />
      <text x={middle[0]} y={middle[1] - above + 4} text-anchor="middle">
        {value}
      </text>
    </g>
  );
}

/** A tensor that an operation reads twice has two edges to it, side by side. */
function edgesOf(run: GraphRun, expression: Expression, corner: (i: number) => { x: number; y: number }): Edge[] {
  return run.entries.flatMap(({ inputs }, to) =>
    inputs.map((input, i) => {
      const from = input!;
      const same = inputs.filter((other) => other === input).length;
      const offset = same > 1 ? (i - (same - 1) / 2) * 24 : 0;
      const a = { x: corner(from).x + BOX.width, y: corner(from).y + BOX.height / 2 + offset };
      const b = { x: corner(to).x, y: corner(to).y + BOX.height / 2 + offset };
      const row = expression.detours?.[`${run.names[from]} ${run.names[to]}`];
      const round = row === undefined ? null : MARGIN + row * STEP.y + BOX.height / 2;
      const curve = (c: typeof a, d: typeof a) => {
        const bend = Math.min(40, (d.x - c.x) / 2);
        return `C ${c.x + bend} ${c.y} ${d.x - bend} ${d.y} ${d.x} ${d.y}`;
      };
      const [c, d] = [a.x + STEP.x / 2, b.x - STEP.x / 2];
      return {
        from,
        to,
        input: i,
        path:
          round === null
            ? `M ${a.x} ${a.y} ${curve(a, b)}`
            : `M ${a.x} ${a.y} ${curve(a, { x: c, y: round })} H ${d} ${curve({ x: d, y: round }, b)}`,
        middle: [(a.x + b.x) / 2, round ?? (a.y + b.y) / 2] as const,
      };
    }),
  );
}
