import type { Language } from '../../../kernel/languages.ts';
import type { AreaRole } from '../../area.ts';

/** A secret address by which somebody reads the appointments of an area in their calendar. */
export interface CalendarFeed {
  readonly id: string;
  readonly areaId: string;
  readonly areaName: string;
  readonly organisationId: string;
  readonly personId: string;
  readonly language: Language;
  /** What its owner is in the area. */
  readonly role: AreaRole;
  /** Whether the area wants patients' names in calendars. */
  readonly hasNames: boolean;
  readonly createdAt: number;
}

/** Most feeds of one person. */
export const MOST_FEEDS = 20;
