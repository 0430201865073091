/** The page 'learn': the lecture in chapters, with live figures; or one of those figures alone, for a frame in another page. */
import { render } from 'preact';
import { Chapters } from '../learn/chapters.js';
import { defineElements } from '../learn/elements.js';
import { Embedded } from '../learn/embedded.js';
import { mount } from '../shell/shell.js';

defineElements();
if (new URLSearchParams(location.search).has('embed')) render(<Embedded />, document.body);
else mount('learn', Chapters);
