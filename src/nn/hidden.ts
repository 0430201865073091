/** Layers that a module holds and can't find: they wouldn't be trained, moved or saved. Whoever holds them so is told once. */
const told = new Set<string>();

/** Once for each message. */
export function warnOnce(message: string): void {
  if (told.has(message)) return;
  told.add(message);
  console.warn(message);
}

export const REMEDY = 'keep layers in public fields, arrays, objects, Maps, or in nn.ModuleList and nn.ModuleDict';

/** Layers that learn, made right in a private field or in an array there, as a class's text says it: `#conv = new nn.Conv2d(`. */
const PRIVATE_LAYER =
  /#(\w+)\s*=\s*\[?\s*new\s+(?:[\w$]+\.)*(?:Conv2d|Linear|BatchNorm2d|Sequential|ModuleList|ModuleDict|Parameter)\b/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;

const privateLayers = new WeakMap<object, readonly string[]>();

/**
 * The private fields of a class that hold layers, as far as its text tells. JavaScript shows #private fields to nobody outside of the
 * class, but it shows the class's text. A field that the class hands on, such as to a public one, may be found there, and isn't named.
 */
export function privateLayersOf(type: object): readonly string[] {
  let names = privateLayers.get(type);
  if (!names) {
    const text = Function.prototype.toString.call(type).replace(COMMENT, '');
    const made = new Set([...text.matchAll(PRIVATE_LAYER)].map(([, name]) => name));
    names = [...made].filter((name) => !isHandedOn(name, text));
    privateLayers.set(type, names);
  }
  return names;
}

/** Whether it stands anywhere but in front of a dot, an index or its own value: `this.layers = [this.#conv]`. */
function isHandedOn(name: string, text: string): boolean {
  return new RegExp(`\\.#${name}\\b(?!\\s*(?:\\??\\.|\\[|=[^=]))`).test(text);
}

/** The last parameter that got a gradient, and that no module or optimizer has ever been seen to hold. */
let stranger: LearningParameter | null = null;

interface LearningParameter {
  readonly isKnown: boolean;
  describe(): string;
}

/** Remembers who learns unknown to all. */
export function noteStranger(parameter: LearningParameter): void {
  stranger = parameter;
}

/** Tells of it when an optimizer has taken a step without it. */
export function warnOfStranger(): void {
  if (stranger && !stranger.isKnown) {
    warnOnce(
      `a parameter, ${stranger.describe()}, gets gradients but isn't trained: no parameters() found it, and no optimizer has it. ` +
        `Is its layer in a #private field? ${REMEDY}`,
    );
  }
  stranger = null;
}
