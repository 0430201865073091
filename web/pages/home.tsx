/** The front page: what this is, and where to go. */
import { addressOf } from '../shell/pages.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Home() {
  const { site, pages, home } = texts.value;
  return (
    <>
      <h1>{site.name}</h1>
      <p class="lead">{home.lead}</p>
      <div class="cards">
        {(['bench', 'check'] as const).map((page) => (
          <section key={page} class="card">
            <h2>
              <a href={addressOf(page, new URLSearchParams(location.search).get('lang'))}>{pages[page]}</a>
            </h2>
            <p>{home[page]}</p>
            <p class="hint">{home.command}</p>
            <pre>
              <code>npx receptive {page}</code>
            </pre>
          </section>
        ))}
      </div>
    </>
  );
}

mount('index', Home);
