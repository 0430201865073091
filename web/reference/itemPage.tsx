/** A name: how it is written, what it does, what it has, where its source is, and which chapters are about it. */
import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { chapterTitle } from '../learn/titles.js';
import { language, texts } from '../shell/settings.js';
import { Code } from './code.js';
import type { Declaration, Entry, Item } from './entry.js';
import { figureFor } from './operation.js';
import { OperationFigure } from './operationFigure.js';
import { Docstring } from './overview.js';
import { addressOf } from './place.js';
import { Title } from './title.js';

export function ItemPage({ entry, item, member }: { entry: Entry; item: Item; member: string | undefined }) {
  const { reference: text } = texts.value;
  const section = entry.sections.find(({ items }) => items.includes(item))!;
  const namespace = section.isNamespace ? section.name : '';
  useEffect(() => {
    if (member === undefined) scrollTo(0, 0);
    else document.getElementById(`member-${member}`)?.scrollIntoView();
  }, [item, member]);
  const [first] = item.name.split('.');
  return (
    <>
      <Title
        name={item.name}
        place={`${text.kinds[item.kind]} · ${entry.specifier}`}
        isFocused={member === undefined}
      />
      <pre class="import">
        <code>{`import { ${item.kind === 'type' && first === item.name ? 'type ' : ''}${first} } from '${entry.specifier}';`}</code>
      </pre>
      {item.declarations.map((declaration) => (
        <section key={declaration.source}>
          {declaration.platform && <p class="platform">{text.platforms[declaration.platform]}</p>}
          <Declared entry={entry} declaration={declaration} namespace={namespace} own={item.name} />
        </section>
      ))}
      {item.chapters.length > 0 && (
        <p class="chapters">
          {text.chapters}:{' '}
          {item.chapters.map((name) => (
            <a key={name} href={`./learn.html?chapter=${name}&lang=${language.value}`}>
              {Number.parseInt(name, 10)} {chapterTitle(name, language.value)}
            </a>
          ))}
        </p>
      )}
      {member === undefined && <Figure entry={entry} name={item.name} />}
      {item.members.length > 0 && <h2>{text.members}</h2>}
      {item.members.map((one, i) => (
        <Fragment key={`${one.name} ${one.source}`}>
          <section
            class={one.name === member ? 'member chosen' : 'member'}
            // Of several with one name, the first.
            id={item.members.findIndex(({ name }) => name === one.name) === i ? `member-${one.name}` : undefined}
          >
            <Declared entry={entry} declaration={one} namespace={namespace} own={item.name} isMember />
          </section>
          {one.name === member && <Figure entry={entry} name={`${item.name}.${member}`} />}
        </Fragment>
      ))}
      {item.inherited.map(({ from, names }) => (
        <section key={from}>
          <h2>{text.inherited(from)}</h2>
          <p class="list">
            {names.map((name) => (
              <a key={name} href={addressOf({ entry: entry.id, name: `${from}.${name}` })}>
                <code>{name}</code>
              </a>
            ))}
          </p>
        </section>
      ))}
    </>
  );
}

/** Of a name that is an operation; of others there is none. */
function Figure({ entry, name }: { entry: Entry; name: string }) {
  const figure = entry.id === 'receptive' ? figureFor(name) : null;
  return figure && <OperationFigure key={name} {...figure} />;
}

type Properties = { entry: Entry; declaration: Declaration; namespace: string; own: string; isMember?: boolean };

function Declared({ entry, declaration: { code, doc, source }, namespace, own, isMember }: Properties) {
  const [file, line] = source.split('#');
  return (
    <>
      <pre>
        <Code entry={entry} code={code} namespace={namespace} own={own} />
      </pre>
      <div class="about" lang="en">
        <Docstring html={doc} />
      </div>
      <p class="source">
        <a
          href={`./source.html?file=${file}&lang=${language.value}#${line}`}
          aria-label={`${texts.value.reference.source}: ${file}:${line.slice(1)}`}
        >
          {isMember ? '' : file}:{line.slice(1)}
        </a>
      </p>
    </>
  );
}
