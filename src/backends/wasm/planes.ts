/** How many tasks a kernel that goes plane by plane (or channel by channel, or run by run) is split into. */
import { shares } from './shares.js';

/** `elements`: in all planes together. No task is without a plane. */
export function planeShares(planes: number, elements: number): number {
  return Math.min(planes, shares(elements));
}
