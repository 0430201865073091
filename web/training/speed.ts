/** Images a second, over the last second of training: pauses don't count. */
export class Speed {
  #times: { readonly time: number; readonly images: number }[] = [];
  #began = 0;
  /** What was trained before a pause; it stays until there is more. */
  #last = 0;

  /** Training begins, or goes on. */
  start(): void {
    this.#last = this.imagesPerSecond;
    this.#times = [];
    this.#began = performance.now();
  }

  add(images: number): void {
    const time = performance.now();
    this.#times.push({ time, images });
    while (this.#times.length > 1 && this.#times[0].time < time - 1000) this.#began = this.#times.shift()!.time;
  }

  get imagesPerSecond(): number {
    const end = this.#times.at(-1)?.time;
    if (end === undefined || end === this.#began) return this.#last;
    const images = this.#times.reduce((sum, { images }) => sum + images, 0);
    return (1000 * images) / (end - this.#began);
  }
}
