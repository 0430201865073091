/** A way to each use of the site. */
import { addressOf, pages } from '../shell/pages.js';
import { language, texts } from '../shell/settings.js';

const uses = pages.filter((page) => page !== 'index');

export function Uses() {
  const { pages: names, home: text } = texts.value;
  const asked = new URLSearchParams(location.search).has('lang') ? language.value : null;
  return (
    <div class="cards">
      {uses.map((page) => (
        <section key={page} class="card">
          <h2>
            <a href={addressOf(page, asked)}>{names[page]}</a>
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
