/** The page 'predict'. */

import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Predict() {
  const { predict: text } = texts.value;
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
    </>
  );
}

mount('predict', Predict);
