/** What is a picture already: canvases as PNG, drawings as copies that have their styles in themselves. */
import { type Attributes, type Box, paint, rounded, type Sheet } from './sheet.js';

/** Pixels of a picture for a pixel of the page: sharp where a page is enlarged. */
const DENSITY = 2;

export function drawCanvas(sheet: Sheet, canvas: HTMLCanvasElement, style: CSSStyleDeclaration, box: Box): void {
  const [width, height] = [box.width, box.height].map((length) => Math.max(1, Math.round(DENSITY * length)));
  const copy = document.createElement('canvas');
  const isEnlarged = canvas.width < width;
  [copy.width, copy.height] = isEnlarged ? [width, height] : [canvas.width, canvas.height];
  const context = copy.getContext('2d')!;
  // Not every program leaves pixels square.
  context.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  sheet.add('image', box, { ...box, preserveAspectRatio: 'none', href: copy.toDataURL() });
}

export function drawCopy(sheet: Sheet, svg: SVGSVGElement, box: Box): void {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  [svg, ...svg.querySelectorAll('*')].forEach((original, i) => {
    const style = getComputedStyle(original);
    if (style.display === 'none' || style.visibility === 'hidden') copies[i].remove();
    for (const name of copies[i].getAttributeNames()) {
      if (/^(?:class|style|role|tabindex|aria-.*|data-.*)$/.test(name)) copies[i].removeAttribute(name);
    }
    for (const [name, value] of Object.entries(stylesOf(original, style))) {
      if (value !== undefined) copies[i].setAttribute(name, String(value));
    }
  });
  for (const [name, value] of Object.entries(box)) copy.setAttribute(name, String(rounded(value)));
  copy.setAttribute('overflow', getComputedStyle(svg).overflow);
  sheet.put(box, new XMLSerializer().serializeToString(copy));
}

const shapes = ['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon'];
const texts = ['text', 'tspan'];

/** What a style sheet says, as attributes. */
function stylesOf({ localName }: Element, style: CSSStyleDeclaration): Attributes {
  const opacity = style.opacity === '1' ? undefined : style.opacity;
  if (!shapes.includes(localName) && !texts.includes(localName)) return { opacity };
  const unlessInitial = (name: string, initial: string) => {
    const value = style.getPropertyValue(name);
    return value === initial ? undefined : value;
  };
  return {
    opacity,
    ...painted('fill', style),
    ...painted('stroke', style),
    'stroke-width': style.strokeWidth,
    'stroke-dasharray': unlessInitial('stroke-dasharray', 'none'),
    'stroke-linejoin': unlessInitial('stroke-linejoin', 'miter'),
    'stroke-linecap': unlessInitial('stroke-linecap', 'butt'),
    'vector-effect': unlessInitial('vector-effect', 'none'),
    ...(texts.includes(localName) && {
      'font-family': style.fontFamily.replaceAll('"', "'"),
      'font-size': style.fontSize,
      'font-weight': unlessInitial('font-weight', '400'),
      'text-anchor': unlessInitial('text-anchor', 'start'),
      'dominant-baseline': unlessInitial('dominant-baseline', 'auto'),
    }),
  };
}

/** A colour, which may be half seen; or none, or a pattern. */
function painted(of: 'fill' | 'stroke', style: CSSStyleDeclaration): Attributes {
  const css = style[of];
  if (css === 'none' || css.startsWith('url(')) return { [of]: css };
  const { [of]: color, [`${of}-opacity`]: alpha = 1 } = paint(of, css);
  const opacity = Number(alpha) * Number(style.getPropertyValue(`${of}-opacity`));
  return { [of]: color, [`${of}-opacity`]: opacity < 1 ? rounded(opacity) : undefined };
}
