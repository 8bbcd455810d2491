import type { types } from 'mediasoup-client';

/** Texts of this page, by name or in branches. */
export interface PageTexts {
  readonly [key: string]: string | PageTexts;
}

/** What the server wrote into the room page. */
export interface PageData {
  readonly slug: string;
  readonly siteName: string;
  readonly language: string;
  readonly texts: PageTexts;
  readonly routerRtpCapabilities: types.RtpCapabilities;
}
