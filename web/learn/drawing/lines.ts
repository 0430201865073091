/** Text as it lies in its lines. */
import { escaped, paint, type Sheet } from './sheet.js';

interface Run {
  text: string;
  rect: DOMRect;
}

export function drawText(sheet: Sheet, node: Text, style: CSSStyleDeclaration): void {
  for (const { text, rect } of runsIn(node)) {
    const { x, y, width, height } = sheet.boxOf(rect);
    const { ascent, descent } = heightsOf(style);
    sheet.add(
      'text',
      { x, y, width, height },
      {
        x,
        y: y + (height * ascent) / (ascent + descent),
        'font-family': style.fontFamily.replaceAll('"', "'"),
        'font-size': Number.parseFloat(style.fontSize),
        'font-weight': style.fontWeight === '400' ? undefined : style.fontWeight,
        'font-style': style.fontStyle === 'normal' ? undefined : style.fontStyle,
        ...paint('fill', style.color),
        // Another font must not run over its cell.
        textLength: [...text].length > 1 ? width : undefined,
        lengthAdjust: [...text].length > 1 ? 'spacingAndGlyphs' : undefined,
      },
      escaped(text),
    );
  }
}

/** The words of a text, those of one line as one run. A word may be broken, as Chinese is, and is taken apart then. */
function runsIn(node: Text): Run[] {
  const runs: Run[] = [];
  const range = document.createRange();
  const rectsOf = (from: number, length: number) => {
    range.setStart(node, from);
    range.setEnd(node, from + length);
    return range.getClientRects();
  };
  const add = (text: string, rect: DOMRect | undefined, between: string) => {
    if (!rect || rect.width === 0) return;
    const last = runs.at(-1);
    if (!last || Math.abs(last.rect.top - rect.top) > 2 || rect.left < last.rect.right - 1) {
      runs.push({ text, rect });
      return;
    }
    last.text += between + text;
    last.rect = new DOMRect(last.rect.left, last.rect.top, rect.right - last.rect.left, last.rect.height);
  };
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    const rects = rectsOf(index, word.length);
    if (rects.length <= 1) {
      add(word, rects[0], ' ');
      continue;
    }
    let at = index;
    for (const letter of word) {
      add(letter, rectsOf(at, letter.length)[0], at === index ? ' ' : '');
      at += letter.length;
    }
  }
  return runs;
}

const heights = new Map<string, { readonly ascent: number; readonly descent: number }>();
let context: OffscreenCanvasRenderingContext2D | undefined;

/** How far a font goes above and below its line. */
function heightsOf({ font }: CSSStyleDeclaration) {
  let found = heights.get(font);
  if (!found) {
    context ??= new OffscreenCanvas(1, 1).getContext('2d')!;
    context.font = font;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText('x');
    found = { ascent, descent };
    heights.set(font, found);
  }
  return found;
}
