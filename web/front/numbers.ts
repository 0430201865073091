/** Numbers as the front page writes them. */
import { language } from '../shell/settings.js';

export const number = (value: number) => Math.round(value).toLocaleString(language.value);
export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
export const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
