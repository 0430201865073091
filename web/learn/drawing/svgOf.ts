/**
 * A figure as an SVG that stands for itself, drawn as it is in the page, whatever it is made of: boxes, lines of text, canvases and
 * drawings. There is nothing in it but shapes, texts and PNGs, each with its own colours, so that editors and slides take it.
 */
import './style.css';
import { theme } from '../../shell/settings.js';
import { drawBox, drawOutline } from './boxes.js';
import { drawText } from './lines.js';
import { drawCanvas, drawCopy } from './pictures.js';
import { escaped, Sheet } from './sheet.js';

const MARGIN = 16;
/** For the title, above the figure. */
const HEAD = 32;

/** `source`: an address, which is kept in the file. */
export async function svgOf(figure: HTMLElement, title: string, source: string): Promise<string> {
  const chosen = theme.value;
  // On white paper, whatever colours the page has; canvases are drawn again for it.
  theme.value = 'light';
  await nextFrame();
  await nextFrame();
  figure.classList.add('drawn');
  try {
    const sheet = new Sheet(figure.getBoundingClientRect());
    draw(sheet, figure);
    return svg(sheet, title, source);
  } finally {
    figure.classList.remove('drawn');
    theme.value = chosen;
  }
}

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

function draw(sheet: Sheet, element: Element): void {
  const style = getComputedStyle(element);
  // What is clipped away is for screen readers.
  if (!element.checkVisibility({ visibilityProperty: true }) || style.clipPath !== 'none') return;
  const isFaint = style.opacity !== '1';
  if (isFaint) sheet.marks.push(`<g opacity="${style.opacity}">`);
  // Text that is broken has a box in each line.
  const boxes = Array.from(element.getClientRects(), (rect) => sheet.boxOf(rect));
  if (element instanceof SVGSVGElement) drawCopy(sheet, element, boxes[0]);
  else {
    for (const box of boxes) drawBox(sheet, style, box);
    if (element instanceof HTMLCanvasElement) drawCanvas(sheet, element, style, boxes[0]);
    if (style.display === 'list-item' && style.listStyleType === 'disc') drawBullet(sheet, style, element);
    for (const child of element.childNodes) {
      if (child instanceof Element) draw(sheet, child);
      else if (child instanceof Text) drawText(sheet, child, style);
    }
    for (const box of boxes) drawOutline(sheet, style, box);
  }
  if (isFaint) sheet.marks.push('</g>');
}

function drawBullet(sheet: Sheet, { fontSize, lineHeight, color }: CSSStyleDeclaration, item: Element): void {
  const size = Number.parseFloat(fontSize);
  const { x, y } = sheet.boxOf(item.getBoundingClientRect());
  const middle = y + (Number.parseFloat(lineHeight) || 1.5 * size) / 2;
  const box = { x: x - size, y: middle - 2, width: 4, height: 4 };
  sheet.add('circle', box, { cx: x - size + 2, cy: middle, r: 0.17 * size, fill: color });
}

function svg({ marks, right, bottom }: Sheet, title: string, source: string): string {
  const [width, height] = [Math.ceil(right + 2 * MARGIN), Math.ceil(bottom + HEAD + 2 * MARGIN)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<desc>${escaped(source)}</desc>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${MARGIN}" y="${MARGIN + HEAD / 2}" font-family="system-ui, sans-serif" font-size="16" font-weight="600" fill="#1b1d20">${escaped(title)}</text>
<g transform="translate(${MARGIN} ${MARGIN + HEAD})">
${marks.join('\n')}
</g>
</svg>
`;
}
