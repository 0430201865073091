/** How numbers are written in reports, with their units. */

/** Three significant digits: 0.123, 12.3, 1230, 1.23e-7. A number that isn't one (JSON has null for it) is –. */
export function digits(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('e+', 'e');
  return size >= 100 ? String(rounded) : value.toPrecision(3);
}

/** 2.71 ms, in µs below one and in s from a thousand on. */
export function duration(milliseconds: number | null): string {
  const rounded = Math.abs(Number((milliseconds ?? Number.NaN).toPrecision(3)));
  if (rounded > 0 && rounded < 1) return `${digits(milliseconds! * 1e3)} µs`;
  return rounded >= 1000 ? `${digits(milliseconds! / 1e3)} s` : `${digits(milliseconds)} ms`;
}

/** A share: 0.6 %, 42.3 %, 103 %. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return `${digits(share)} %`;
  return `${Math.abs(share) < 0.9995 ? (share * 100).toFixed(1) : digits(share * 100)} %`;
}

/** Operations in milliseconds. */
export function gflops(flops: number, milliseconds: number): string {
  return flops > 0 ? `${digits(flops / milliseconds / 1e6)} GFLOP/s` : '–';
}

export function times(ratio: number): string {
  return `× ${digits(ratio)}`;
}

/** 1.2 k, 3.4 M: of what is counted. */
export function count(value: number): string {
  return value.toLocaleString('en').replaceAll(',', '\u2009');
}
