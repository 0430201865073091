import type { Field } from 'receptive/insight';

/** `16×16`. */
export const sizeOf = ({ height, width }: Field) => `${height}×${width}`;

/** Three digits, and a true minus. */
export const written = (value: number) => String(Number(value.toPrecision(3))).replaceAll('-', '−');
