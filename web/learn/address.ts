/** Addresses that hold all that a reader has changed in a figure: of its chapter, and of the figure alone. */
import type { Given } from './given.js';
import { Part } from './part.js';
import { fromParameters, toParameters } from './state.js';

/** The figures and exercises of a page. */
export function partsIn(root: ParentNode): Part[] {
  return [...root.querySelectorAll('.live')].filter((element) => element instanceof Part);
}

/** The figures of a page, in the order in which an address counts them, from 1. */
export function figuresIn(root: ParentNode): Part[] {
  return partsIn(root).filter(({ localName }) => localName !== 'rc-exercise');
}

/** Attributes that a reader may choose. */
export const optionsOf = (given: Given): string[] => [...given.text('controls').split(',').filter(Boolean), 'preset'];

/** Of the page as it is, with this figure as it is. `hide`, if it is given, takes the place of what the page hides. */
export function addressOf(part: Part, hide?: string): string {
  const here = new URLSearchParams(location.search);
  // Elsewhere than in a chapter it has no place that an address could name.
  if (!here.has('chapter') && !document.querySelector('.learn .chapter')) return embedAddressOf(part, hide);
  const state = toParameters(part.state);
  const number = figuresIn(document).indexOf(part) + 1;
  return addressWith({
    chapter: here.get('chapter'),
    lang: here.get('lang'),
    hide: hide ?? here.get('hide'),
    ...(Object.keys(state).length > 0 && { figure: `${number}`, ...state }),
  });
}

/** What a file with this figure is called, without its ending: `conv2d-x-1x1x5x5-weight-1x1x3x3-stride-2`. */
export function fileNameOf(part: Part): string {
  const { controls: _, ...attributes } = ownAttributes(part);
  const words = Object.entries({ ...attributes, ...part.state.options }).flat();
  return [nameOf(part), ...words].map((word) => word.replace(/,/g, 'x').replace(/[^\w.-]+/g, '-')).join('-');
}

/** Of the figure alone, for a frame in other pages. */
export function embedAddressOf(part: Part, hide?: string): string {
  const here = new URLSearchParams(location.search);
  return addressWith({
    embed: nameOf(part),
    lang: document.documentElement.lang,
    ...ownAttributes(part),
    hide: hide ?? here.get('hide') ?? part.getAttribute('hide'),
    ...toParameters(part.state),
  });
}

/** Takes over what an address says of a figure. False: it says something else. */
export function restore(part: Part, parameters: URLSearchParams): boolean {
  const state = fromParameters((name) => parameters.get(name), optionsOf(part.given));
  if (state) part.state = state;
  return state !== null;
}

/** The figure that `?embed=conv2d&x=1,1,5,5&weight=1,1,3,3` asks for. Null: there is none of this name. */
export function embedded(parameters: URLSearchParams): Part | null {
  const name = parameters.get('embed')!;
  if (!/^[a-z\d-]+$/.test(name) || name === 'exercise' || !customElements.get(`rc-${name}`)) return null;
  const part = document.createElement(`rc-${name}`) as Part;
  for (const [attribute, value] of parameters) {
    if (isItsOwn(attribute)) part.setAttribute(attribute, value);
  }
  return part;
}

const nameOf = (part: Part) => part.localName.replace('rc-', '');

function ownAttributes(part: Part): Record<string, string> {
  const names = part.getAttributeNames().filter(isItsOwn);
  return Object.fromEntries(names.map((name) => [name, part.getAttribute(name)!]));
}

/** Whether an attribute says what a figure is, and not how it lies in its page. */
const isItsOwn = (name: string) => /^(?!on)[a-z]+$/.test(name) && !others.includes(name);
const others = [
  'embed',
  'lang',
  'hide',
  'numbers',
  'cell',
  'class',
  'style',
  'id',
  'is',
  'slot',
  'part',
  'role',
  'tabindex',
];

function addressWith(parameters: Readonly<Record<string, string | null>>): string {
  const query = Object.entries(parameters)
    .filter((one): one is [string, string] => Boolean(one[1]))
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ',').replace(/%3A/g, ':')}`);
  return `${new URL('learn.html', location.href)}?${query.join('&')}`;
}
