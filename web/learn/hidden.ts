/** What of a figure isn't shown: by its attribute `hide`, or, for all figures of a page, by the address: `hide=backward,sum`. */
import type { Part } from './part.js';

export const hideable = ['steps', 'presets', 'options', 'backward', 'sum', 'edit', 'share'] as const;
export type Hideable = (typeof hideable)[number];

const asked = new URLSearchParams(location.search).get('hide')?.split(',') ?? [];

export const isHidden = (name: Hideable, part: Part): boolean =>
  asked.includes(name) || part.text('hide').split(',').includes(name);
