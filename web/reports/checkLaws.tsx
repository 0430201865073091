/** The laws that a check has tried so far, operation by operation. */
import { texts } from '../shell/settings.js';
import type { Reports } from '../work/messages.js';

const marks = { holds: '✓', allowed: '(✓)', wrong: '✗', failed: '?' } as const;

export function CheckLaws({ report: { rows } }: { readonly report: Reports['check'] }) {
  const { check: text } = texts.value;
  const operations = [...new Set(rows.map(({ operation }) => operation))];
  return (
    <section aria-labelledby="laws">
      <h2 id="laws">{text.laws}</h2>
      <dl class="laws">
        {operations.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {rows
                .filter(({ operation }) => operation === name)
                .map(({ law, verdict }) => (
                  <span key={law} class={verdict} title={text.verdicts[verdict]}>
                    {law} {marks[verdict]}
                    <span class="unseen"> {text.verdicts[verdict]}</span>
                  </span>
                ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
