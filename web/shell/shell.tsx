/** What is around every page: navigation, the choice of language and colours, and the frame of its content. */
import './style.css';
import { effect } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { keepOffline } from '../offline/keep.js';
import { SearchField } from '../search/searchField.js';
import { isLanguage, type Language, languageNames } from '../texts/index.js';
import { addressOf, type PageName, pages } from './pages.js';
import { chooseLanguage, chooseTheme, language, texts, theme, themes } from './settings.js';

/** Pages that are read. */
const searched: readonly PageName[] = ['learn', 'reference', 'source'];

/** Draws a page, and keeps its title in the chosen language. */
export function mount(page: PageName, Content: ComponentType): void {
  effect(() => {
    const { site, pages } = texts.value;
    document.title = page === 'index' ? site.name : `${pages[page]} · ${site.name}`;
  });
  render(<Shell page={page} Content={Content} />, document.body);
  keepOffline();
}

function Shell({ page, Content }: { page: PageName; Content: ComponentType }) {
  const { site } = texts.value;
  return (
    <>
      <a class="skip" href="#content">
        {site.skip}
      </a>
      <header>
        <Navigation page={page} />
        {searched.includes(page) && <SearchField />}
        <Choices />
      </header>
      <main id="content" tabIndex={-1}>
        {typeof Worker === 'undefined' ? (
          <p role="alert" class="bad">
            {site.noWorkers}
          </p>
        ) : null}
        <Content />
      </main>
      <footer>
        {site.footer} {import.meta.env.PROD && <a href="./licenses.txt">{site.licenses}</a>}
      </footer>
    </>
  );
}

function Navigation({ page }: { page: PageName }) {
  const { site, pages: names } = texts.value;
  const asked = new URLSearchParams(location.search).has('lang') ? language.value : null;
  return (
    <nav aria-label={site.navigation}>
      {pages.map((name) => (
        <a key={name} href={addressOf(name, asked)} aria-current={name === page ? 'page' : undefined}>
          {name === 'index' ? site.name : names[name]}
        </a>
      ))}
    </nav>
  );
}

function Choices() {
  const { site } = texts.value;
  return (
    <div class="choices">
      <select
        aria-label={site.theme}
        value={theme.value}
        onChange={({ currentTarget }) => chooseTheme(themes[currentTarget.selectedIndex])}
      >
        {themes.map((name) => (
          <option key={name} value={name}>
            {site.themes[name]}
          </option>
        ))}
      </select>
      <select
        aria-label={site.language}
        value={language.value}
        onChange={({ currentTarget: { value } }) => isLanguage(value) && chooseLanguage(value)}
      >
        {(Object.keys(languageNames) as Language[]).map((name) => (
          <option key={name} value={name} lang={name}>
            {languageNames[name]}
          </option>
        ))}
      </select>
    </div>
  );
}
