/** Files that come to the page: dropped, pasted, or chosen. */

/** A safetensors file, whatever its name ends in: its header, which is JSON, begins at byte 8. Other files are taken for pictures. */
export async function isNetwork(file: File): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  return bytes[8] === '{'.charCodeAt(0) || file.name.endsWith('.safetensors');
}

/** Has `take` get every file that is dropped anywhere on the page, or pasted; of several the first. Returns the function that ends it. */
export function takeFiles(take: (file: File) => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener(
    'dragover',
    (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    },
    { signal },
  );
  document.addEventListener(
    'drop',
    (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      take(file);
    },
    { signal },
  );
  document.addEventListener(
    'paste',
    (event) => {
      const file = event.clipboardData?.files[0];
      if (file) take(file);
    },
    { signal },
  );
  return () => ended.abort();
}
