import { ConnectionTestPanel } from '../elements/connection-test.ts';
import { DeviceMirror } from '../elements/device-mirror.ts';
import { HoldPage, type HoldPageData } from '../elements/hold-page.ts';
import { LevelBar } from '../elements/level-bar.ts';
import { part } from '../elements/parts.ts';
import { loadTexts } from '../elements/texts.ts';
import type { PageTexts } from '../meeting/page-data.ts';

/** `/w/DEPARTMENT/wait`: a patient waits. Without this script the page is renewed by itself. */

const page: HoldPageData & { readonly language: string; readonly texts: PageTexts } = JSON.parse(
  document.getElementById('page-data')?.textContent ?? '{}',
);
loadTexts(page.language, page.texts);
for (const [name, element] of [
  ['connection-test', ConnectionTestPanel],
  ['level-bar', LevelBar],
  ['device-mirror', DeviceMirror],
  ['hold-page', HoldPage],
] as const)
  customElements.define(name, element);
part(document, 'hold', HoldPage).connect(page);
