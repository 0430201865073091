/** As a shell takes it for one word. */
export function quoted(value: string | number): string {
  const text = String(value);
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
