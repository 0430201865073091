/** What these figures have in common. */
import type { ComponentChildren } from 'preact';
import './style.css';

/** A figure with its name. */
export function Frame({
  label,
  class: name = '',
  isBusy = false,
  children,
  ...rest
}: {
  readonly label: string;
  readonly class?: string;
  /** Something of it isn't there yet. */
  readonly isBusy?: boolean;
  readonly children: ComponentChildren;
} & Record<`on${string}`, unknown>) {
  return (
    <section class={`figure pictures ${name}`} aria-label={label} aria-busy={isBusy} {...rest}>
      {children}
    </section>
  );
}

/** A canvas, or the like, with its caption. */
export function Shown({
  caption,
  children,
}: {
  readonly caption: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <figure class="shown">
      {children}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** A table that is scrolled where it is wider than the page. */
export function WideTable({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach
    <section class="wide" tabIndex={0} aria-label={label}>
      <table>{children}</table>
    </section>
  );
}

/** A share of the largest, as a bar. */
export function Meter({ share }: { readonly share: number }) {
  return (
    <svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect width={Math.max(0.5, 100 * share)} height={10} />
    </svg>
  );
}

/** A whole number that a reader chooses. What is out of bounds isn't taken. */
export function NumberField({
  label,
  value,
  least,
  largest,
  onChoose,
}: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly largest: number;
  readonly onChoose: (value: number) => void;
}) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={least}
        max={largest}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.valueAsNumber;
          if (Number.isInteger(chosen) && chosen >= least && chosen <= largest) onChoose(chosen);
          else currentTarget.value = `${value}`;
        }}
      />
    </label>
  );
}
