/** The page 'race'. */

import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Race() {
  const { race: text } = texts.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
    </>
  );
}

mount('race', Race);
