import type { SeenOf } from './messages.js';

/** `16×16`. */
export const sizeOf = ({ height, width }: SeenOf) => `${height}×${width}`;
