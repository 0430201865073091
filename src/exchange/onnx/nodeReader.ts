import { attributeTypes, FormatError, quote, type ReadOnnxAttribute, type ReadOnnxNode } from '../../formats/index.js';

/** Of a window or a border. */
const MOST_PIXELS = 2 ** 16;

/** A node's attributes, each of which must be asked for: what nobody has looked at could change what is computed. */
export class NodeReader {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly #attributes: Map<string, ReadOnnxAttribute>;

  constructor(node: ReadOnnxNode) {
    this.op = node.opType ?? '';
    this.inputs = node.input;
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name ?? '', attribute]));
  }

  int(name: string, otherwise: number): number {
    return this.#take(name, attributeTypes.int, ({ i }) => i ?? 0) ?? otherwise;
  }

  /** The shortest number that is this float: so 0.001 is 0.001 again, and not 0.0010000000474974513. */
  float(name: string, otherwise: number): number {
    return this.#take(name, attributeTypes.float, ({ f = 0 }) => shortest(f)) ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    return (
      this.#take(name, attributeTypes.text, ({ s }) => new TextDecoder().decode(s ?? new Uint8Array())) ?? otherwise
    );
  }

  ints(name: string): readonly number[] | null {
    return this.#take(name, attributeTypes.ints, ({ ints }) => ints) ?? null;
  }

  floats(name: string): readonly number[] | null {
    return this.#take(name, attributeTypes.floats, ({ floats }) => floats) ?? null;
  }

  tensor(name: string): ReadOnnxAttribute['t'] | null {
    return this.#take(name, attributeTypes.tensor, ({ t }) => t) ?? null;
  }

  /** Two whole numbers for height and width. */
  pair(name: string, otherwise: number | null): [number, number] {
    const values = this.ints(name) ?? (otherwise === null ? [] : [otherwise, otherwise]);
    if (values.length !== 2)
      this.refuse(`${name} is ${shown(values)}, but only operations on images of height and width are here`);
    this.#checkPixels(name, values, 1);
    return [values[0], values[1]];
  }

  /** `[top, left, bottom, right]`. */
  pads(): readonly [number, number, number, number] {
    const values = this.ints('pads') ?? [0, 0, 0, 0];
    if (values.length !== 4) this.refuse(`pads is ${shown(values)} instead of [top, left, bottom, right]`);
    this.#checkPixels('pads', values, 0);
    return [values[0], values[1], values[2], values[3]];
  }

  #checkPixels(name: string, values: readonly number[], least: number): void {
    if (values.every((value) => Number.isInteger(value) && value >= least && value <= MOST_PIXELS)) return;
    this.refuse(`${name} is ${shown(values)}, but must be of whole numbers from ${least} to ${MOST_PIXELS}`);
  }

  /** Refuses any value of an attribute but this one. */
  only(name: string, value: number): void {
    const own =
      this.#attributes.get(name)?.type === attributeTypes.float ? this.float(name, value) : this.int(name, value);
    if (own !== value) this.refuse(`${name} = ${own} isn't supported, only ${value} is`);
  }

  /** Throws a FormatError unless all attributes have been looked at. */
  finish(): void {
    const [unread] = this.#attributes.keys();
    if (unread !== undefined) this.refuse(`the attribute ${quote(unread)} isn't known`);
  }

  refuse(reason: string): never {
    throw new FormatError(reason);
  }

  #take<T>(name: string, type: number, read: (attribute: ReadOnnxAttribute) => T): T | undefined {
    const attribute = this.#attributes.get(name);
    this.#attributes.delete(name);
    if (attribute && attribute.type !== type) {
      this.refuse(`the attribute ${name} has type ${attribute.type ?? 'none'} instead of ${type}`);
    }
    return attribute && read(attribute);
  }
}

/** The shortest number that is this float. */
export function shortest(float: number): number {
  const [found] = [7, 8]
    .map((digits) => Number(float.toPrecision(digits)))
    .filter((short) => Math.fround(short) === float);
  return found ?? float;
}

/** A list as a message has room for it. */
function shown(values: readonly number[]): string {
  return `[${values.slice(0, 8).join(', ')}${values.length > 8 ? ', …' : ''}]`;
}
