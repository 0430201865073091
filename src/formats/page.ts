/** Transparent pictures, as they are seen on a page: a white one, or a black one if all that they show is light. */

/** Mixes the colours with those of the page that they are seen on. */
export function layOnPage(data: Uint8Array, alphas: Uint8Array, channels: number): void {
  const page = showsLightOnly(data, alphas, channels) ? 0 : 255;
  for (let i = 0; i < data.length; i++) {
    const alpha = alphas[Math.floor(i / channels)];
    data[i] = Math.round(page + ((data[i] - page) * alpha) / 255);
  }
}

/** Whether no pixel that is rather seen than not is dark. */
function showsLightOnly(data: Uint8Array, alphas: Uint8Array, channels: number): boolean {
  let seen = false;
  for (let p = 0; p < alphas.length; p++) {
    if (alphas[p] < 128) continue;
    seen = true;
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[p * channels + c];
    if (sum < 127.5 * channels) return false;
  }
  return seen;
}
