/** An entry's sections, and a section's names with what each is in a sentence. */
import { language, texts } from '../shell/settings.js';
import type { Entry, Item, Kind, Section } from './entry.js';
import { addressOf } from './place.js';
import { Title } from './title.js';

/** The site's own HTML, made of docstrings when it was built. */
export function Docstring({ html }: { html: string }) {
  // Other pages open in the language of this one.
  const __html = html.replaceAll('"source.html?', `"source.html?lang=${language.value}&amp;`);
  return <div class="doc" dangerouslySetInnerHTML={{ __html }} />;
}

export function EntryPage({ entry }: { entry: Entry }) {
  const { reference: text } = texts.value;
  return (
    <>
      <Title name={entry.specifier} />
      <p class="lead">{text.lead}</p>
      <Docstring html={entry.doc} />
      {import.meta.env.PROD && (
        <p>
          <a href={`./reference/${entry.id}.md`}>{text.markdown}</a>
        </p>
      )}
      {entry.sections.map((section) => (
        <section key={section.name}>
          <h2>
            <a href={addressOf({ entry: entry.id, name: section.name })}>
              <code>{section.name}</code>
            </a>
          </h2>
          <Docstring html={section.doc} />
          <p class="list">
            {section.items.map(({ name }) => (
              <a key={name} href={addressOf({ entry: entry.id, name })}>
                <code>{shortName(name, section)}</code>
              </a>
            ))}
          </p>
        </section>
      ))}
    </>
  );
}

export function SectionPage({ entry, section }: { entry: Entry; section: Section }) {
  const { reference: text } = texts.value;
  const kinds = [...new Set(section.items.map(({ kind }) => kind))];
  return (
    <>
      <Title name={section.name} place={entry.specifier} />
      <Docstring html={section.doc} />
      {kinds.map((kind: Kind) => (
        <section key={kind}>
          <h2>{text.manyOf[kind]}</h2>
          <dl>
            {section.items
              .filter((item) => item.kind === kind)
              .map((item) => (
                <div key={item.name}>
                  <dt>
                    <a href={addressOf({ entry: entry.id, name: item.name })}>
                      <code>{shortName(item.name, section)}</code>
                    </a>
                  </dt>
                  <dd lang="en">{sentenceOf(item)}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </>
  );
}

const shortName = (name: string, { isNamespace, name: prefix }: Section) =>
  isNamespace ? name.slice(prefix.length + 1) : name;

/** The first sentence of the docstring's first paragraph, without its marks. */
function sentenceOf({ declarations }: Item): string {
  const paragraph =
    new DOMParser().parseFromString(declarations[0].doc, 'text/html').querySelector('p')?.textContent ?? '';
  return /^.*?[.:](?=\s|$)/s.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph;
}
