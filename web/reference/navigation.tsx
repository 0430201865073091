/** The entries of the package; below the one that is shown its sections, and below a section its names. */
import { entries } from 'virtual:reference';
import { texts } from '../shell/settings.js';
import type { Entry } from './entry.js';
import { useCurrentInView } from './inView.js';
import { find } from './names.js';
import { addressOf, place } from './place.js';

export function Navigation({ entry }: { entry: Entry | null }) {
  const { reference: text } = texts.value;
  const { entry: id, name } = place.value;
  const current = (is: boolean) => (is ? 'page' : undefined);
  const item = entry && find(entry, name)?.item;
  const open = entry?.sections.find((section) => section.name === name || (item && section.items.includes(item)));
  const navigation = useCurrentInView(item);
  return (
    <nav ref={navigation} aria-label={text.entries}>
      <ul>
        {entries.map((one) => (
          <li key={one.id}>
            <a href={addressOf({ entry: one.id, name: '' })} aria-current={current(one.id === id && name === '')}>
              {one.specifier}
            </a>
            {one.id === entry?.id && (
              <ul>
                {entry.sections.map((section) => (
                  <li key={section.name}>
                    <a
                      href={addressOf({ entry: id, name: section.name })}
                      aria-current={current(section.name === name && !item)}
                    >
                      {section.name}
                    </a>
                    {section === open && (
                      <ul class="names">
                        {section.items.map(({ name: each }) => (
                          <li key={each}>
                            <a href={addressOf({ entry: id, name: each })} aria-current={current(each === item?.name)}>
                              {section.isNamespace ? each.slice(section.name.length + 1) : each}
                            </a>
                          </li>
                        ))}
                      </ul>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
