import { FormatError } from '../formats/index.js';

/**
 * Names of the classes 0, 1, … from a file's text: a line each; or JSON, `["cat", "dog"]` or `{ "0": "cat", "1": ["n02084071", "dog"] }`,
 * of whose lists the last is the name. Throws a FormatError if it is neither. `name` is the file's, for messages.
 */
export function parseClassNames(text: string, name: string): string[] {
  const isJson = /^\s*[[{]/.test(text);
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const names: unknown[] = isJson ? fromJson(text, name) : lines.map((line) => line.trim());
  names.forEach((one, i) => {
    if (typeof one !== 'string' || one === '') throw new FormatError(`${name}: class ${i} has no name`);
  });
  return names as string[];
}

function fromJson(text: string, name: string): unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${name}: ${(error as Error).message}`, { cause: error });
  }
  if (Array.isArray(json)) return json;
  const table = json as Record<string, unknown>;
  return Array.from(Object.keys(table), (_, i) => {
    const value = table[i];
    return Array.isArray(value) ? value.at(-1) : value;
  });
}
