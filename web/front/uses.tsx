/** A way to each use of the site. */
import { addressOf } from '../shell/pages.js';
import { language, texts } from '../shell/settings.js';

export function Uses() {
  const { pages, home: text } = texts.value;
  const asked = new URLSearchParams(location.search).has('lang') ? language.value : null;
  return (
    <div class="cards">
      {(['train', 'race', 'predict', 'bench', 'check'] as const).map((page) => (
        <section key={page} class="card">
          <h2>
            <a href={addressOf(page, asked)}>{pages[page]}</a>
          </h2>
          <p>{text.uses[page]}</p>
        </section>
      ))}
      <section class="card">
        <h2>
          <a href="#code">{text.read}</a>
        </h2>
        <p>{text.uses.read}</p>
      </section>
    </div>
  );
}
