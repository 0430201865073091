/**
 * Protocol buffers: messages as bytes, by a table of their fields. A message is its fields one behind the other, each
 *
 *   key (8 · number + wire type) │ content        wire types: 0 varint · 1 eight bytes · 2 length, then bytes · 5 four bytes
 *
 * A varint has seven bits a byte, the lowest first; its last byte is below 128. Fields that the table doesn't have are skipped.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import { FormatError } from './error.js';

export type Kind = 'int' | 'float' | 'string' | 'bytes' | Fields;
/** A field's number and kind; 'repeated': it is a list. */
export type Field = readonly [number: number, kind: Kind] | readonly [number: number, kind: Kind, 'repeated'];
export interface Fields {
  readonly [name: string]: Field;
}

type ValueOf<K> = K extends 'int' | 'float'
  ? number
  : K extends 'string'
    ? string
    : K extends 'bytes'
      ? Uint8Array
      : K extends Fields
        ? Message<K>
        : never;

/** A message to be written: any field may be missing. */
export type Message<F extends Fields> = {
  readonly [Name in keyof F]?: F[Name] extends readonly [number, infer K, 'repeated']
    ? readonly ValueOf<K>[]
    : ValueOf<F[Name][1]>;
};

type ReadValueOf<K> = K extends Fields ? ReadMessage<K> : ValueOf<K>;

/** A message that was read: lists are there, empty if they have nothing in them. */
export type ReadMessage<F extends Fields> = {
  readonly [Name in keyof F as F[Name] extends readonly [number, Kind, 'repeated']
    ? Name
    : never]: readonly ReadValueOf<F[Name][1]>[];
} & {
  readonly [Name in keyof F as F[Name] extends readonly [number, Kind, 'repeated'] ? never : Name]?: ReadValueOf<
    F[Name][1]
  >;
};

const VARINT = 0;
const EIGHT_BYTES = 1;
const DELIMITED = 2;
const FOUR_BYTES = 5;

/** So many messages a list may have: a network has thousands of nodes, and a hostile file could ask for one with every two bytes. */
const MOST_MESSAGES = 2 ** 17;

/** The bytes of a message, in the order of the table. */
export function encodeMessage<F extends Fields>(fields: F, message: Message<F>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const bytes = new Uint8Array(append(parts, fields, message as Readonly<Record<string, unknown>>));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Adds the parts of a message, and returns how many bytes they have. Large contents aren't copied until all is known. */
function append(parts: Uint8Array[], fields: Fields, message: Readonly<Record<string, unknown>>): number {
  let length = 0;
  const put = (part: Uint8Array) => {
    parts.push(part);
    length += part.length;
  };
  const putDelimited = (number: number, content: Uint8Array) => {
    put(Uint8Array.from([...varint(8 * number + DELIMITED), ...varint(content.length)]));
    put(content);
  };
  for (const [name, [number, kind, repeated]] of Object.entries(fields)) {
    const value = message[name];
    if (value === undefined) continue;
    const values = (repeated ? value : [value]) as readonly unknown[];
    if (kind === 'int' && repeated) {
      if (values.length > 0) putDelimited(number, Uint8Array.from((values as number[]).flatMap(varint)));
      continue;
    }
    for (const item of values) {
      if (kind === 'int') {
        put(Uint8Array.from([...varint(8 * number + VARINT), ...varint(item as number)]));
      } else if (kind === 'float') {
        put(
          Uint8Array.from([
            ...varint(8 * number + FOUR_BYTES),
            ...new Uint8Array(Float32Array.of(item as number).buffer),
          ]),
        );
      } else if (kind === 'string') {
        putDelimited(number, new TextEncoder().encode(item as string));
      } else if (kind === 'bytes') {
        putDelimited(number, item as Uint8Array);
      } else {
        const head = parts.push(new Uint8Array()) - 1;
        const inner = append(parts, kind, item as Readonly<Record<string, unknown>>);
        parts[head] = Uint8Array.from([...varint(8 * number + DELIMITED), ...varint(inner)]);
        length += parts[head].length + inner;
      }
    }
  }
  return length;
}

/** A whole number as a varint; a negative one as its two's complement of 64 bits. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** The message that these bytes are. Throws a FormatError, which begins with `where`, if they aren't one. Contents of kind 'bytes' are
 *  views; integers beyond 2^53 are rounded. */
export function decodeMessage<F extends Fields>(fields: F, bytes: Uint8Array, where: string): ReadMessage<F> {
  // As a plain one: Node's Buffer is a Uint8Array whose slice() doesn't copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Decoder(where).message(fields, plain, 'the file') as ReadMessage<F>;
}

interface Index {
  readonly byNumber: ReadonlyMap<number, readonly [name: string, field: Field]>;
  readonly lists: readonly string[];
}

const indices = new WeakMap<Fields, Index>();

/** The fields by number, and the names of those that are lists. */
function indexOf(fields: Fields): Index {
  let index = indices.get(fields);
  if (!index) {
    const entries = Object.entries(fields);
    const byNumber = new Map(entries.map(([name, field]) => [field[0], [name, field] as const]));
    index = { byNumber, lists: entries.flatMap(([name, field]) => (field[2] ? [name] : [])) };
    indices.set(fields, index);
  }
  return index;
}

class Decoder {
  constructor(private readonly where: string) {}

  message(fields: Fields, bytes: Uint8Array, what: string): Record<string, unknown> {
    const { byNumber, lists } = indexOf(fields);
    const message: Record<string, unknown> = Object.fromEntries(lists.map((name) => [name, []]));
    const cursor = { bytes, at: 0 };
    while (cursor.at < bytes.length) {
      const key = this.#varint(cursor, what);
      const wire = key % 8;
      const [name, field] = byNumber.get(Math.floor(key / 8)) ?? ['', null];
      const content = this.#content(cursor, wire, field ? `${what}, ${name}` : what);
      if (!field) continue;
      const values = this.#values(field[1], wire, content, `${what}, ${name}`);
      if (!field[2]) {
        message[name] = values.at(-1); // the last one counts
        continue;
      }
      const list = message[name] as unknown[];
      for (const value of values) list.push(value);
      if (typeof field[1] === 'object' && list.length > MOST_MESSAGES) {
        throw new FormatError(`${this.where}: ${what} has more than ${MOST_MESSAGES} of ${name}`);
      }
    }
    return message;
  }

  /** The number of a varint, or the bytes of another field. */
  #content(cursor: Cursor, wire: number, what: string): number | Uint8Array {
    if (wire === VARINT) return this.#varint(cursor, what);
    const lengths: Record<number, number> = { [EIGHT_BYTES]: 8, [FOUR_BYTES]: 4 };
    const length = wire === DELIMITED ? this.#varint(cursor, what) : lengths[wire];
    if (length === undefined)
      throw new FormatError(`${this.where}: ${what} has wire type ${wire}, which isn't one of 0, 1, 2, 5`);
    const left = cursor.bytes.length - cursor.at;
    if (!(length >= 0 && length <= left)) {
      throw new FormatError(`${this.where}: ${what} should have ${length} bytes, but only ${left} are left`);
    }
    cursor.at += length;
    return cursor.bytes.subarray(cursor.at - length, cursor.at);
  }

  #values(kind: Kind, wire: number, content: number | Uint8Array, what: string): unknown[] {
    const isNumber = typeof content === 'number';
    if (kind === 'int' && isNumber) return [content];
    if (!isNumber && kind === 'int' && wire === DELIMITED) {
      const packed = { bytes: content, at: 0 };
      const values: number[] = [];
      while (packed.at < content.length) values.push(this.#varint(packed, what));
      return values;
    }
    if (!isNumber && kind === 'float' && (wire === FOUR_BYTES || wire === DELIMITED) && content.length % 4 === 0) {
      return [...new Float32Array(content.slice().buffer)];
    }
    if (!isNumber && wire === DELIMITED) {
      if (kind === 'bytes') return [content];
      if (kind === 'string') return [this.#text(content, what)];
      if (typeof kind === 'object') return [this.message(kind, content, what)];
    }
    throw new FormatError(`${this.where}: ${what} has wire type ${wire}, which its kind doesn't have`);
  }

  #text(content: Uint8Array, what: string): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(content);
    } catch (error) {
      throw new FormatError(`${this.where}: ${what} isn't UTF-8`, { cause: error });
    }
  }

  /** A number below 2^53 exactly; a larger one, or a negative one, through a big integer. */
  #varint(cursor: Cursor, what: string): number {
    let low = 0;
    let big = 0n;
    for (let i = 0; i < 10; i++) {
      const byte = cursor.bytes[cursor.at++];
      if (byte === undefined) throw new FormatError(`${this.where}: ${what} ends in the middle of a number`);
      if (i < 7) low += (byte & 127) * 2 ** (7 * i);
      else big |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return big === 0n ? low : Number(BigInt.asIntN(64, big + BigInt(low)));
    }
    throw new FormatError(`${this.where}: ${what} has a number of more than 10 bytes`);
  }
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}
