/** What a shader says of itself: its bindings and the fields of its `Sizes`, read from the text. */
import { shaders } from './shaders.js';

/** The text of a .wgsl file of this folder, given without its ending; `uses`: another whose text goes before it. */
export function shaderText(file: string, uses?: string): string {
  return (uses ? [uses, file] : [file])
    .map((name) => {
      if (!shaders[name]) throw new Error(`there is no shader ${name}.wgsl`);
      return shaders[name];
    })
    .join('');
}

export interface Binding {
  readonly binding: number;
  readonly writes: boolean;
}

interface Field {
  readonly type: string;
  /** Bytes from the beginning of the struct. */
  readonly offset: number;
}

/** Values of `Sizes`, by name: a number, or an array for the vectors. */
export type Sizes = Readonly<Record<string, number | boolean | readonly number[]>>;

/** Size and alignment of the types that `Sizes` uses, in bytes (WGSL, section 14.4.1). */
const types: Readonly<Record<string, { size: number; align: number }>> = {
  u32: { size: 4, align: 4 },
  i32: { size: 4, align: 4 },
  f32: { size: 4, align: 4 },
  vec4u: { size: 16, align: 16 },
  'array<vec4u, 2>': { size: 32, align: 16 },
};

export class Program {
  readonly #bindings = new Map<string, Binding>();
  readonly #fields = new Map<string, Field>();

  /** `name`: `relu`, for `relu.wgsl` in messages and `relu.forward` in statistics. */
  constructor(
    readonly name: string,
    readonly source: string,
  ) {
    const declaration = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)/g;
    for (const [, binding, access, name] of this.source.matchAll(declaration)) {
      this.#bindings.set(name, { binding: Number(binding), writes: access === 'read_write' });
    }
    const struct = /struct\s+Sizes\s*\{([^}]*)\}/.exec(this.source)?.[1].replace(/\/\/.*$/gm, '') ?? '';
    let offset = 0;
    for (const [, name, type] of struct.matchAll(/(\w+):\s*((?:array<[^>]*>)|\w+)/g)) {
      const { size, align } = types[type] ?? { size: 0, align: 1 };
      if (size === 0) {
        throw new Error(`${this.name}.wgsl: Sizes.${name} is a ${type}; it may be ${Object.keys(types).join(', ')}`);
      }
      offset = Math.ceil(offset / align) * align;
      this.#fields.set(name, { type, offset });
      offset += size;
    }
  }

  get needsSubgroups(): boolean {
    return this.source.includes('quadBroadcast');
  }

  binding(name: string): Binding {
    const binding = this.#bindings.get(name);
    if (!binding) throw new Error(`${this.name}.wgsl has no binding '${name}'`);
    return binding;
  }

  /** The bytes of `Sizes`. Every field must be given. */
  write(to: DataView, sizes: Sizes): void {
    for (const [name, { type, offset }] of this.#fields) {
      const value = sizes[name];
      if (value === undefined) throw new Error(`${this.name}.wgsl: Sizes.${name} isn't given`);
      if (typeof value === 'object') value.forEach((v, i) => void to.setUint32(offset + 4 * i, v, true));
      else if (type === 'f32') to.setFloat32(offset, Number(value), true);
      else if (type === 'i32') to.setInt32(offset, Number(value), true);
      else to.setUint32(offset, Number(value), true);
    }
  }
}
