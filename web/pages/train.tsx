/** The page 'train'. */

import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Train() {
  const { train: text } = texts.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
    </>
  );
}

mount('train', Train);
