/** What a visitor chooses for all pages: the language and the colours. Both are remembered. */
import { computed, effect, signal } from '@preact/signals';
import { isLanguage, type Language, languages } from '../texts/index.js';
import { recall, remember } from './storage.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The language that the address asks for, or that was chosen before, or that the browser prefers. */
function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang');
  const preferred = navigator.languages.map((tag) => tag.split('-')[0]);
  return [asked, recall('language'), ...preferred].find(isLanguage) ?? 'en';
}

function firstTheme(): Theme {
  const chosen = recall('theme');
  return themes.find((theme) => theme === chosen) ?? 'system';
}

export const language = signal(firstLanguage());
export const theme = signal(firstTheme());
/** All texts, in the chosen language. */
export const texts = computed(() => languages[language.value]);

/** The address then asks for it, too, so that a link that is passed on opens in the same language. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  remember('language', chosen);
  const url = new URL(location.href);
  url.searchParams.set('lang', chosen);
  history.replaceState(history.state, '', url);
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  remember('theme', chosen);
}

effect(() => {
  document.documentElement.lang = language.value;
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
