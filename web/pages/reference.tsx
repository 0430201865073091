/** The page 'reference': what the package exports, one name at a time. `?entry=receptive&name=nn.Conv2d` is the address of a name. */
import '../reference/style.css';
import { entries } from 'virtual:reference';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Entry } from '../reference/entry.js';
import { ItemPage } from '../reference/itemPage.js';
import { find } from '../reference/names.js';
import { Navigation } from '../reference/navigation.js';
import { EntryPage, SectionPage } from '../reference/overview.js';
import { followLinks, place } from '../reference/place.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Reference() {
  const { reference: text } = texts.value;
  const { entry: id, name } = place.value;
  const entry = useSignal<Entry | null>(null);
  const known = entries.find((one) => one.id === id);
  useEffect(() => {
    let isCurrent = true;
    known?.load().then(({ default: loaded }) => {
      if (isCurrent) entry.value = loaded;
    });
    return () => {
      isCurrent = false;
    };
  }, [known]);
  useEffect(followLinks, []);

  const loaded = entry.value?.id === id ? entry.value : null;
  return (
    <div class="reference">
      <Navigation entry={loaded} />
      <article>
        {!known ? (
          <p class="bad">{text.noEntry(id)}</p>
        ) : loaded ? (
          <Content entry={loaded} name={name} />
        ) : (
          <h1>{text.title}</h1>
        )}
      </article>
    </div>
  );
}

function Content({ entry, name }: { entry: Entry; name: string }) {
  const { reference: text } = texts.value;
  if (name === '') return <EntryPage entry={entry} />;
  const section = entry.sections.find((one) => one.name === name);
  const found = find(entry, name);
  if (found) return <ItemPage key={name} entry={entry} item={found.item} member={found.member} />;
  return section ? (
    <SectionPage entry={entry} section={section} />
  ) : (
    <p class="bad">{text.noName(name, entry.specifier)}</p>
  );
}

mount('reference', Reference);
