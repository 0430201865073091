/** An element of a chapter. Its code is loaded, and what it shows is computed, when it is first seen. */
import { signal } from '@preact/signals';
import { type ComponentChild, render } from 'preact';
import type { Inputs } from 'receptive/figures';

/** What an element shows, by its attributes. */
export type View = (part: Part) => ComponentChild;

export class Part extends HTMLElement {
  /** Of a figure: the numbers that its reader has chosen, by the names of its inputs. What is set from outside is shown. */
  readonly inputs = signal<Inputs>({});

  connectedCallback(): void {
    this.classList.add('part');
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      this.view().then((view) => {
        if (this.isConnected) render(view(this), this);
      });
    });
    observer.observe(this);
  }

  disconnectedCallback(): void {
    render(null, this);
  }

  /** What it shows. */
  async view(): Promise<View> {
    return () => null;
  }

  text(name: string): string {
    return this.getAttribute(name) ?? '';
  }

  /** `x="1,1,5,5"`. */
  shape(name: string): number[] {
    return this.text(name).split(',').map(Number);
  }

  number(name: string, otherwise: number): number {
    return Number(this.getAttribute(name) ?? otherwise);
  }
}
