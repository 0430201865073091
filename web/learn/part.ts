/** An element of a chapter. What it shows is computed when it is first seen. */
import { signal } from '@preact/signals';
import { type ComponentChild, h, render } from 'preact';
import type { Inputs } from 'receptive/figures';
import { texts } from '../shell/settings.js';
import { Given } from './given.js';
import { type FigureState, untouched } from './state.js';

/** What an element shows, by its attributes. */
export type View = (part: Part) => ComponentChild;

const sentence = (text: string) => h('p', { class: 'bad' }, text);

export class Part extends HTMLElement {
  /** Of a figure: numbers to begin with in place of its own, by the names of its inputs. */
  readonly inputs = signal<Inputs>({});
  readonly given = new Given((name) => this.getAttribute(name));
  readonly #state = signal(untouched);
  #view: View | undefined;
  #isShown = false;

  /** What a reader has changed in it. An event `statechange` says that it is another one. */
  get state(): FigureState {
    return this.#state.value;
  }

  set state(state: FigureState) {
    this.#state.value = state;
    this.dispatchEvent(new Event('statechange', { bubbles: true }));
  }

  connectedCallback(): void {
    this.classList.add('live');
    // Who walks by the Tab key would pass by what isn't there yet.
    this.tabIndex = 0;
    this.role = 'group';
    this.ariaLabel = texts.value.learn.notYetSeen;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      this.show();
    });
    observer.observe(this);
  }

  disconnectedCallback(): void {
    render(null, this);
    this.#isShown = false;
  }

  /** Loads its code, and computes nothing. Where that can't be had, it says so in its place. */
  async load(): Promise<void> {
    try {
      this.#view ??= await this.view();
    } catch (error) {
      this.#view = () => sentence(texts.value.learn.notLoaded(String(error)));
    }
  }

  /** Shows it, seen or not: paper has no fold. Where its code was loaded it is there at once. */
  show(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    if (this.#view) this.#render(this.#view);
    else this.load().then(() => this.#render(this.#view!));
  }

  /** Shows it, and waits until all of it is there: what is asked of a worker is `aria-busy` until then. */
  async complete(): Promise<void> {
    await this.load();
    this.show();
    while (!this.firstElementChild || this.querySelector('[aria-busy="true"]')) await this.#change();
    // A chart is drawn in the next frame, when it knows how much room it has.
    await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }

  /** Waits until something of it is another. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(this, { childList: true, subtree: true, attributeFilter: ['aria-busy'] });
    });
  }

  #render(view: View): void {
    if (!this.isConnected) return;
    for (const name of ['role', 'aria-label']) this.removeAttribute(name);
    // The focus stays where it is, and the next Tab goes on inside.
    this.tabIndex = -1;
    try {
      render(view(this), this);
    } catch (error) {
      // An address may ask for what can't be: a convolution without a weight.
      render(sentence(texts.value.learn.impossible(String(error))), this);
    }
  }

  /** What it shows. */
  async view(): Promise<View> {
    return () => null;
  }

  text(name: string): string {
    return this.given.text(name);
  }

  shape(name: string): number[] {
    return this.given.shape(name);
  }

  number(name: string, otherwise: number): number {
    return this.given.number(name, otherwise);
  }
}
