/** An element's ground, its hatching, its border and its outline. */
import { colorOf } from './color.js';
import { type Attributes, type Box, paint, rounded, type Sheet } from './sheet.js';

export function drawBox(sheet: Sheet, style: CSSStyleDeclaration, box: Box): void {
  const rx = radiusOf(style, box);
  if (colorOf(style.backgroundColor).alpha > 0) {
    sheet.add('rect', box, { ...box, rx, ...paint('fill', style.backgroundColor) });
  }
  if (style.backgroundImage.startsWith('repeating-linear-gradient(45deg')) hatch(sheet, style.backgroundImage, box);
  drawBorder(sheet, style, box);
}

/** Lies above what is in the element. */
export function drawOutline(sheet: Sheet, style: CSSStyleDeclaration, box: Box): void {
  const width = Number.parseFloat(style.outlineWidth);
  if (style.outlineStyle === 'none' || !(width > 0)) return;
  const out = Number.parseFloat(style.outlineOffset) + width / 2;
  frame(sheet, grown(box, out), { width, color: style.outlineColor, line: style.outlineStyle });
}

interface Line {
  readonly width: number;
  readonly color: string;
  /** `solid`, `dashed`, `dotted`, `double`. */
  readonly line: string;
}

function drawBorder(sheet: Sheet, style: CSSStyleDeclaration, box: Box): void {
  const sides = (['Top', 'Right', 'Bottom', 'Left'] as const).map((side) => ({
    width: Number.parseFloat(style[`border${side}Width`]),
    color: style[`border${side}Color`],
    line: style[`border${side}Style`],
  }));
  const isSeen = ({ width, color, line }: Line) => width > 0 && line !== 'none' && colorOf(color).alpha > 0;
  if (!sides.some(isSeen)) return;
  const [top] = sides;
  if (sides.every(({ width, color, line }) => width === top.width && color === top.color && line === top.line)) {
    // Cells that share a border lie on the middle of it.
    const inset = style.borderCollapse === 'collapse' && style.display === 'table-cell' ? 0 : top.width / 2;
    frame(sheet, grown(box, -inset), top, radiusOf(style, box));
    return;
  }
  const { x, y, width, height } = box;
  const [right, bottom] = [x + width, y + height];
  const ends = [
    [x, y, right, y],
    [right, y, right, bottom],
    [x, bottom, right, bottom],
    [x, y, x, bottom],
  ];
  sides.forEach((side, i) => {
    if (!isSeen(side)) return;
    const [x1, y1, x2, y2] = ends[i];
    sheet.add('line', box, { x1, y1, x2, y2, ...stroke(side) });
  });
}

function frame(sheet: Sheet, box: Box, line: Line, rx?: number): void {
  if (line.line !== 'double') {
    sheet.add('rect', box, { ...box, rx, fill: 'none', ...stroke(line) });
    return;
  }
  const thin = { ...line, width: line.width / 3, line: 'solid' };
  for (const by of [thin.width, -thin.width]) frame(sheet, grown(box, by), thin, rx);
}

function stroke({ width, color, line }: Line): Attributes {
  const dashes = { dashed: `${rounded(2 * width)} ${rounded(2 * width)}`, dotted: `${width} ${width}` };
  return {
    ...paint('stroke', color),
    'stroke-width': width,
    'stroke-dasharray': dashes[line as keyof typeof dashes],
  };
}

const grown = ({ x, y, width, height }: Box, by: number): Box => ({
  x: x - by,
  y: y - by,
  width: Math.max(0, width + 2 * by),
  height: Math.max(0, height + 2 * by),
});

function radiusOf({ borderTopLeftRadius: css }: CSSStyleDeclaration, { width, height }: Box): number | undefined {
  const radius = Number.parseFloat(css) * (css.endsWith('%') ? Math.min(width, height) / 100 : 1);
  return radius > 0 ? radius : undefined;
}

/** The stripes of a gradient, each as a line from edge to edge: not every program knows patterns. */
function hatch(sheet: Sheet, gradient: string, box: Box): void {
  const color = gradient.match(/(?:rgba?|color)\([^)]*\)/g)!.at(-1)!;
  const [from, period] = gradient
    .match(/[\d.]+(?=px)/g)!
    .slice(-2)
    .map(Number);
  const { x, y, width, height } = box;
  // Along the diagonal a stripe is narrower than along a side.
  const step = period * Math.SQRT2;
  const lines: string[] = [];
  for (let at = step / 2; at < width + height; at += step) {
    // Down to the right, from the left side or from the top: those points that are `at` away from the corner down on the left.
    const start = at < height ? [0, height - at] : [at - height, 0];
    const end = at < width ? [at, height] : [width, height - (at - width)];
    lines.push(`M${rounded(x + start[0])} ${rounded(y + start[1])}L${rounded(x + end[0])} ${rounded(y + end[1])}`);
  }
  sheet.add('path', box, { d: lines.join(''), ...paint('stroke', color), 'stroke-width': period - from });
}
