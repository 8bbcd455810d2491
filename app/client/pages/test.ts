import { ConnectionTestPanel } from '../elements/connection-test.ts';
import { part } from '../elements/parts.ts';
import { loadTexts } from '../elements/texts.ts';
import type { PageTexts } from '../meeting/page-data.ts';

/** `/test`: the connection test by itself. Whoever opens it wants to know: it begins at once. */

const { language, texts }: { readonly language: string; readonly texts: PageTexts } = JSON.parse(
  document.getElementById('page-data')?.textContent ?? '{}',
);
loadTexts(language, texts);
customElements.define('connection-test', ConnectionTestPanel);
const panel = part(document, 'connection-test', ConnectionTestPanel);
panel.connect();
panel.run();
