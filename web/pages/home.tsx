/** The front page: what this is, a network that learns at once, and where to go. */
import '../front/style.css';
import { QuickRun } from '../front/quickRun.js';
import { Uses } from '../front/uses.js';
import { Walk } from '../front/walk.js';
import { texts } from '../shell/settings.js';
import { mount } from '../shell/shell.js';

function Home() {
  const { site, home } = texts.value;
  return (
    <>
      <h1>{site.name}</h1>
      <p class="lead">{home.lead}</p>
      <QuickRun />
      <Uses />
      <Walk />
    </>
  );
}

mount('index', Home);
