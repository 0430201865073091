/** Files that a page gives, and texts for the clipboard. */

export function save(name: string, type: string, content: string | Uint8Array): void {
  const address = URL.createObjectURL(new Blob([typeof content === 'string' ? content : content.slice()], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Whether the browser lets the page copy. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
