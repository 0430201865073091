/** What is drawn so far, and how much room it takes. */
import { colorOf } from './color.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export class Sheet {
  readonly marks: string[] = [];
  right = 0;
  bottom = 0;

  /** `origin`: the corner of the figure in the window. */
  constructor(readonly origin: { readonly left: number; readonly top: number }) {}

  /** Where something in the window lies on the sheet. */
  boxOf({ left, top, width, height }: DOMRect): Box {
    return { x: left - this.origin.left, y: top - this.origin.top, width, height };
  }

  /** Adds `<name …>content</name>`. Undefined attributes are left out; `content` is markup. */
  add(name: string, box: Box, attributes: Attributes, content = ''): void {
    this.put(box, `<${name}${written(attributes)}${content === '' ? '/>' : `>${content}</${name}>`}`);
  }

  /** Adds markup that fills this box. */
  put({ x, y, width, height }: Box, markup: string): void {
    this.right = Math.max(this.right, x + width);
    this.bottom = Math.max(this.bottom, y + height);
    this.marks.push(markup);
  }
}

const written = (attributes: Attributes): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? rounded(value) : escaped(value!)}"`)
    .join('');

/** Hundredths of a pixel are more than anybody sees. */
export const rounded = (value: number): number => Math.round(100 * value) / 100;

export const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** A fill or a stroke, by its colour. */
export function paint(of: 'fill' | 'stroke', css: string): Attributes {
  const { hex, alpha } = colorOf(css);
  return { [of]: hex, [`${of}-opacity`]: alpha < 1 ? alpha : undefined };
}
