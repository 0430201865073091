/** Python code, piece by piece. */

/** Lines behind each other; those that don't apply are false. */
export function lines(...all: readonly (string | false | readonly string[])[]): string {
  return all
    .filter((line): line is string | readonly string[] => line !== false)
    .flat()
    .join('\n');
}

/** A value as Python writes it. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' && !Number.isFinite(value)) return `float('${value > 0 ? 'inf' : '-inf'}')`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${literal(key)}: ${literal(item)}`)
      .join(', ')}}`;
  }
  // JSON's escapes are Python's, too.
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** A text inside a docstring, in which a path of Windows would have escapes, and quotes an end. */
export function inDocstring(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** `stepSize` as `step_size`. */
export function snake(key: string): string {
  return key === 'tMax' ? 'T_max' : key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `name(first, key=value)`; what is undefined is left out. */
export function call(name: string, first: readonly string[], options: Readonly<Record<string, unknown>> = {}): string {
  const named = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${snake(key)}=${literal(value)}`);
  return `${name}(${[...first, ...named].join(', ')})`;
}
