/** Numbers as a table to look at: which of them an instruction reads or writes is seen and said. */
import { written } from '../numbers.js';

export type Mark = 'reads' | 'writes';

export function Cells({
  caption,
  hue,
  rows,
  rowNames,
  columnNames,
  hues,
  marks,
  markNames,
}: {
  readonly caption: string;
  readonly hue: 'x' | 'weight' | 'y';
  /** Null: nothing is there yet. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly rowNames?: readonly string[];
  readonly columnNames?: readonly string[];
  /** Of a row, where it isn't that of all. */
  readonly hues?: readonly ('x' | 'weight' | 'y')[];
  readonly marks: (row: number, column: number) => Mark | null;
  readonly markNames: Readonly<Record<Mark, string>>;
}) {
  return (
    <table class="cells">
      <caption>{caption}</caption>
      {columnNames && (
        <thead>
          <tr>
            {rowNames && <td />}
            {columnNames.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map((row, i) => (
          <tr key={rowNames?.[i] ?? i} class={`role-${hues?.[i] ?? hue}`}>
            {rowNames && <th scope="row">{rowNames[i]}</th>}
            {row.map((value, j) => {
              const mark = marks(i, j);
              return (
                <td key={j} class={mark ?? ''} data-value={value ?? ''}>
                  {value === null ? '·' : written(value)}
                  {mark && <span class="unseen"> {markNames[mark]}</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
