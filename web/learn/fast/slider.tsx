/** A whole number to choose, with a slider. */
export function Slider({
  label,
  value,
  min,
  max,
  onChange,
  shown = `${value}`,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
  /** How the number is written. */
  readonly shown?: string;
}) {
  return (
    <p class="slider">
      <label>
        <span>{label}</span>
        <input
          type="range"
          min={min}
          max={max}
          value={value}
          aria-valuetext={shown}
          onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
        />
      </label>
      <output>{shown}</output>
    </p>
  );
}

/** One of several, each a button. */
export function Choice<Name extends string>({
  label,
  names,
  value,
  labels,
  onChange,
}: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly value: Name | null;
  readonly labels: Readonly<Record<Name, string>>;
  readonly onChange: (name: Name) => void;
}) {
  return (
    <div class="toolbar" role="toolbar" aria-label={label}>
      {names.map((name) => (
        <button type="button" key={name} aria-pressed={name === value} onClick={() => onChange(name)}>
          {labels[name]}
        </button>
      ))}
    </div>
  );
}
