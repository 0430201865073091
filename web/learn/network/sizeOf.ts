import type { Field } from 'receptive/insight';

/** `16×16`. */
export const sizeOf = ({ height, width }: Field) => `${height}×${width}`;
