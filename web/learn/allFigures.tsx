/** All figures in one page: `learn.html?chapter=figures`. */
import { texts } from '../shell/settings.js';
import { type OtherFigure, operations, others } from './examples.js';
import { LiveElement } from './liveElement.js';

export function AllFigures() {
  const { learn: text } = texts.value;
  return (
    <>
      <h1>{text.allFigures}</h1>
      <p class="lead">{text.aboutAllFigures}</p>
      <h2>{text.ofOperations}</h2>
      {Object.entries(operations).map(([name, attributes]) => (
        <section key={name} id={name}>
          <h3>
            <code>{name}</code>
          </h3>
          <LiveElement name={name} attributes={attributes} />
        </section>
      ))}
      <h2>{text.otherFigures}</h2>
      {Object.entries(others).map(([name, attributes]) => (
        <section key={name} id={name}>
          <h3>{text.elements[name as OtherFigure]}</h3>
          <LiveElement name={name} attributes={attributes} />
        </section>
      ))}
    </>
  );
}
