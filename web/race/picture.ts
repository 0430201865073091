/** Charts of a page as a picture of their own. */

const GAP = 24;
const HEAD = 34;
const ROW = 20;
/** What the page's style sheets say of a shape, and a file must say itself. */
const STYLES = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'text-anchor', 'opacity'];
const FONT = 'font-family="system-ui, sans-serif"';

/** SVG with the charts of `Curves` in this element side by side, each with its legend, in the colours that they have now. */
export function picture(charts: Element, title: string): string {
  const parts: string[] = [];
  let [x, height] = [0, 0];
  for (const chart of charts.querySelectorAll('.curves')) {
    const drawn = chart.querySelector<SVGSVGElement>('[role="slider"] svg')!;
    const top = HEAD + Number(drawn.getAttribute('height')) + GAP / 2;
    const keys = [...chart.querySelectorAll('.key')];
    const legend = keys.map((key, i) => {
      const line = alone(key.querySelector('line')!);
      const name = [...key.childNodes].find(({ nodeType }) => nodeType === Node.TEXT_NODE)?.textContent ?? '';
      return `<g transform="translate(52 ${top + i * ROW})">${line}<text x="34" y="9">${escaped(name)}</text></g>`;
    });
    parts.push(
      `<g transform="translate(${x} 0)"><g transform="translate(0 ${HEAD})">${[...drawn.children].map(alone).join('')}</g>${legend.join('')}</g>`,
    );
    x += Number(drawn.getAttribute('width')) + GAP;
    height = Math.max(height, top + keys.length * ROW);
  }
  const { color, backgroundColor } = getComputedStyle(document.documentElement);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${x} ${height}" width="${x}" height="${height}" ${FONT} font-size="13" fill="${color}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${x}" height="${height}" fill="${backgroundColor}"/>`,
    `<text x="${x / 2}" y="20" text-anchor="middle" font-weight="bold">${escaped(title)}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** The shape with all that the page's style sheets say of it. */
function alone(shape: Element): string {
  const copy = shape.cloneNode(true) as Element;
  const copies = [copy, ...copy.querySelectorAll('*')];
  [shape, ...shape.querySelectorAll('*')].forEach((original, i) => {
    const style = getComputedStyle(original);
    copies[i].removeAttribute('class');
    for (const name of STYLES) copies[i].setAttribute(name, style.getPropertyValue(name));
  });
  return new XMLSerializer().serializeToString(copy);
}

function escaped(content: string): string {
  return content.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
}
