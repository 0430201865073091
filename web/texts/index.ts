/** The languages of the site, each in a file of its own. One that lacks a text doesn't compile. */
import { en, type Texts } from './en.js';
import { zh } from './zh.js';

export type { Texts };

export const languages = { en, zh } as const satisfies Record<string, Texts>;

export type Language = keyof typeof languages;

/** What a language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

export const isLanguage = (name: string | null): name is Language => name !== null && Object.hasOwn(languages, name);
