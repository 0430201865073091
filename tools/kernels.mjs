/**
 * Makes `src/backends/wasm/signatures.ts` of the kernels in `assembly`, so that they are called by the names of their
 * parameters: what `assembly/index.ts` exports, the structs that those functions take, and the numbers that both sides share
 * (`export const NAME: i32 = …`). The layout of a struct stands in `assembly` alone: its fields are i32 and addresses, in their order.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../assembly/', import.meta.url);
const read = (file) => readFileSync(new URL(file, folder), 'utf8');

/** What an argument is to the caller, by the type that the kernel gives it. */
const types = {
  usize: 'Place',
  Optional: 'Place | null',
  bool: 'boolean',
  i32: 'number',
  f32: 'number',
  f64: 'number',
};
/** How it becomes a number. */
const numbers = { usize: 'at', Optional: 'at', bool: 'Number' };
/** Parameters that the engine adds itself: see `tasks.ts`. */
const ofTheEngine = ['task', 'tasks', 'thread'];

const lineOf = (text, index) => text.slice(0, index).split('\n').length;

/** The doc comment that ends at `index`, one line of text. */
function docBefore(text, index) {
  const before = text.slice(0, index).replace(/(@\w+\s*)*$/, '');
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before);
  return comment ? comment[1].replace(/\s*\n\s*\*( |$)?/g, ' ').trim() : '';
}

const link = (file, line) => `[assembly/${file}](../../../assembly/${file}#L${line})`;

/** The files that `assembly/index.ts` exports from, with the names. */
const exported = [...read('index.ts').matchAll(/export \{([^}]*)\} from '\.\/([\w/]+)'/g)].map(([, names, stem]) => ({
  file: `${stem}.ts`,
  names: names.split(',').flatMap((name) => name.trim() || []),
}));

const structs = new Map();
const constants = new Map();
const kernels = new Map();

function collect(found, name, file, value) {
  if (found.has(name)) throw new Error(`${name} stands in assembly/${found.get(name).file} and in assembly/${file}`);
  found.set(name, { file, ...value });
}

/** Structs and constants of one file, and of the files that it imports. */
const seen = new Set();
function readDeclarations(file) {
  if (seen.has(file)) return;
  seen.add(file);
  const text = read(file);
  for (const [, stem] of text.matchAll(/ from '(\.[\w./]+)'/g)) {
    readDeclarations(new URL(`${stem}.ts`, new URL(file, 'file:///')).pathname.slice(1));
  }
  for (const match of text.matchAll(/^export const (\w+): i32 = ([^;]+);/gm)) {
    const value = match[2].replace(/\b[A-Z]\w*\b/g, (name) => localConstant(text, name));
    if (!/^[\d\s+*()-]+$/.test(value))
      throw new Error(`assembly/${file}: ${match[0]} isn't made of whole numbers alone`);
    const doc = docBefore(text, match.index);
    collect(constants, match[1], file, { value: Function(`return ${value}`)(), doc, line: lineOf(text, match.index) });
  }
  for (const match of text.matchAll(
    /^(?:export )?class (\w+)(?: extends (\w+))? \{([\s\S]*?)^\}|^(?:export )?class (\w+) extends (\w+) \{\}/gm,
  )) {
    const [, name = match[4], base = match[5], body = ''] = match;
    const fields = [...body.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^ {2}(\w+): (\w+);/gm)];
    if (fields.length === 0 && !base) continue; // a class of methods
    for (const [, , field, type] of fields) {
      if (!['i32', 'usize', 'Optional'].includes(type)) {
        throw new Error(`assembly/${file}: ${name}.${field} is a ${type}; a struct's fields are i32 and addresses`);
      }
    }
    collect(structs, name, file, {
      base,
      fields: fields.map(([, doc, field, type]) => ({ field, type, doc: doc?.trim() })),
    });
  }
}

function localConstant(text, name) {
  const value = new RegExp(`^(?:export )?const ${name}: i32 = ([^;]+);`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`assembly: there is no 'const ${name}: i32' beside its use`);
  return `(${value.replace(/\b[A-Z]\w*\b/g, (other) => localConstant(text, other))})`;
}

function fieldsOf(name) {
  const { base, fields } = structs.get(name);
  return base ? [...fieldsOf(base), ...fields] : fields;
}

for (const { file, names } of exported) {
  readDeclarations(file);
  const text = read(file);
  for (const name of names) {
    const match = new RegExp(`^export function ${name}\\(([^)]*)\\): void`, 'm').exec(text);
    if (!match) throw new Error(`assembly/${file} has no function ${name} that gives nothing back`);
    const parameters = match[1].split(',').flatMap((parameter) => {
      const [parameterName, type] = parameter.trim().split(': ');
      return parameterName === '' || ofTheEngine.includes(parameterName) ? [] : [{ name: parameterName, type }];
    });
    for (const { name: parameter, type } of parameters) {
      if (!types[type] && !structs.has(type))
        throw new Error(`assembly/${file}: ${name} takes ${parameter}, a ${type}`);
    }
    collect(kernels, name, file, { parameters, line: lineOf(text, match.index), doc: docBefore(text, match.index) });
  }
}

const used = new Set([...kernels.values()].flatMap(({ parameters }) => parameters.map(({ type }) => type)));
const structsTaken = [...structs].filter(([name]) => used.has(name));

const constantsText = [...constants].map(
  ([name, { file, line, value, doc }]) => `/** ${doc} ${link(file, line)} */\nexport const ${name} = ${value};\n`,
);
const structsText = structsTaken.map(([name, { file }]) => {
  const fields = fieldsOf(name).map(
    ({ field, type, doc }) => `${doc ? `  ${doc}\n` : ''}  readonly ${field}: ${types[type]};\n`,
  );
  return `/** A struct of [assembly/${file}](../../../assembly/${file}). */\nexport interface ${name} {\n${fields.join('')}}\n`;
});
const argumentsText = [...kernels].map(([name, { file, line, doc, parameters }]) => {
  const fields = parameters.map(
    (parameter) => `    readonly ${parameter.name}: ${types[parameter.type] ?? parameter.type};\n`,
  );
  return `  /** ${link(file, line)}: ${doc} */\n  ${name}: {\n${fields.join('')}  };\n`;
});
const numberOf = (value, type) => (numbers[type] ? `${numbers[type]}(${value})` : value);
/** What a kernel is called with, in its order: expressions over the arguments by their names, `of`. */
function valuesOf({ parameters }) {
  return parameters.map(({ name, type }) => {
    if (!structs.has(type)) return numberOf(`of.${name}`, type);
    const fields = fieldsOf(type).map((field) => numberOf(`of.${name}.${field.field}`, field.type));
    return `struct([${fields.join(', ')}])`;
  });
}
const takesStruct = ({ parameters }) => parameters.some(({ type }) => structs.has(type));
const writeText = [...kernels].map(([name, kernel]) => {
  const values = valuesOf(kernel);
  const lines = values.map((value, i) => `    to[${i}] = ${value};\n`);
  return `  ${name}(to, of${takesStruct(kernel) ? ', struct' : ''}) {\n${lines.join('')}    return ${values.length};\n  },\n`;
});
const aloneText = [...kernels].map(([name, kernel]) => {
  const parameters = kernel.parameters.map((parameter) => parameter.name);
  const declared = valuesOf(kernel).map((value, i) => `    const ${parameters[i]} = ${value};\n`);
  const call = `kernel(${[...parameters, 'task', 'tasks', '0'].join(', ')})`;
  const takes = `kernel, tasks, of${takesStruct(kernel) ? ', struct' : ''}`;
  return `  ${name}(${takes}) {\n${declared.join('')}    for (let task = 0; task < tasks; task++) ${call};\n  },\n`;
});

const text = `/** Made by tools/kernels.mjs of the kernels in assembly: edit those. */
import { at, type Place } from './buffer.js';

${constantsText.join('\n')}
${structsText.join('\n')}
/** What each kernel takes. Numbers are whole where the kernel's are; null stands for an array that isn't given. */
export interface KernelArguments {
${argumentsText.join('\n')}}

export type KernelName = keyof KernelArguments;

/** Writes the fields of a struct down, and gives its address. */
export type WriteStruct = (fields: readonly number[]) => number;

/** Writes arguments down in the order in which the kernel takes them, for threads to find them in the memory, and gives how
 *  many there are. */
export const write: {
  readonly [Name in KernelName]: (to: Float64Array, of: KernelArguments[Name], struct: WriteStruct) => number;
} = {
${writeText.join('')}};

type Kernel = (...values: number[]) => void;

/** Does all tasks of a kernel, one after the other, on this thread. A function for each kernel, with nothing to spread or to
 *  look up, since a training step has some hundred calls. */
export const alone: {
  readonly [Name in KernelName]: (kernel: Kernel, tasks: number, of: KernelArguments[Name], struct: WriteStruct) => void;
} = {
${aloneText.join('')}};
`;
const target = new URL('../src/backends/wasm/signatures.ts', import.meta.url);
let before = '';
try {
  before = readFileSync(target, 'utf8');
} catch {}
if (text !== before) writeFileSync(target, text);
