/** Work passes it again and again. While it is shut, work waits there. It is also what `checkAll` takes as a signal. */
export class Gate {
  aborted = false;
  #opened = Promise.resolve();
  #open = () => {};
  #waited = 0;

  /** `waiting` is called whenever work comes to the gate and finds it shut. */
  constructor(private readonly waiting: () => void) {}

  set(isOpen: boolean): void {
    if (isOpen !== this.aborted) return;
    this.aborted = !isOpen;
    if (isOpen) this.#open();
    else {
      this.#opened = new Promise((resolve) => {
        this.#open = resolve;
      });
    }
  }

  /** Work that only waits for promises keeps messages out: here they come in. */
  async pass(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!this.aborted) return;
    const since = performance.now();
    this.waiting();
    await this.#opened;
    this.#waited += performance.now() - since;
  }

  /** A clock in milliseconds that stands still while work waits. */
  now(): number {
    return performance.now() - this.#waited;
  }
}
