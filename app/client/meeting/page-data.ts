import type { types } from 'mediasoup-client';
import type { EffectAssets } from './effects/effect.ts';

/** Texts of this page, by name or in branches. */
export interface PageTexts {
  readonly [key: string]: string | PageTexts;
}

/** What the server wrote into the room page. */
export interface PageData {
  readonly slug: string;
  /** What the room calls itself. */
  readonly roomName: string;
  /** How the page's title names it. */
  readonly titleName: string;
  /** Of the personal link that led here; null for none. */
  readonly invitation: string | null;
  readonly siteName: string;
  readonly language: string;
  readonly texts: PageTexts;
  readonly routerRtpCapabilities: types.RtpCapabilities;
  readonly effects: EffectAssets;
}
