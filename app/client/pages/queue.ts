import { part } from '../elements/parts.ts';
import { loadTexts } from '../elements/texts.ts';
import { VisitActs } from '../elements/visit-acts.ts';
import { type QueuePageData, VisitQueue } from '../elements/visit-queue.ts';
import type { PageTexts } from '../meeting/page-data.ts';

/** `/clinic`: who waits, for those who see them. Without this script the page is renewed by itself. */

const page: QueuePageData & { readonly language: string; readonly texts: PageTexts } = JSON.parse(
  document.getElementById('page-data')?.textContent ?? '{}',
);
loadTexts(page.language, page.texts);
customElements.define('visit-acts', VisitActs);
customElements.define('visit-queue', VisitQueue);
part(document, 'queue', VisitQueue).connect(page);
