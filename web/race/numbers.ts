/** Numbers as the chosen language writes them. */
import { language } from '../shell/settings.js';

const written = (value: number, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(language.value, options).format(value);

/** Three significant digits, in whole numbers all of them: 0.123, 12.3, 12,345. */
export const number = (value: number) =>
  value < 1000 ? written(value, { maximumSignificantDigits: 3 }) : written(value, { maximumFractionDigits: 0 });

/** 620 ms, 1.23 s. */
export function duration(milliseconds: number): string {
  return milliseconds < 999.5 ? `${number(milliseconds)} ms` : `${number(milliseconds / 1000)} s`;
}

/** 42%, 0.3%. */
export const percent = (share: number) => written(share, { style: 'percent', maximumSignificantDigits: 2 });

/** A part that is tiny as a rule: 2.3e-6, 0. */
export const tiny = (part: number) => (part === 0 ? '0' : Number.isFinite(part) ? part.toExponential(1) : '∞');
