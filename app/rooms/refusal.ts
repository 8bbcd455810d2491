import { AppError } from '../kernel/errors.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { Refusal } from './admission.ts';
import { dayAndTime, zoneInWords } from './moment.ts';

/** Why somebody may not enter, as a fault of the catalogue whose sentence is for them. */
export function refusalFault(refusal: Refusal, t: Translate, language: Language): AppError {
  switch (refusal.reason) {
    case 'not_found':
      return new AppError('room_unknown');
    case 'expired':
      return new AppError('room_expired');
    case 'sign_in':
      return new AppError('sign_in_needed');
    case 'closed': {
      const { opensAt, timeZone } = refusal;
      const opens =
        opensAt === null
          ? t('rooms.opensNever')
          : t('rooms.opensAt', {
              when: dayAndTime(opensAt, timeZone, language),
              zone: zoneInWords(opensAt, timeZone, language),
            });
      return new AppError('room_closed', { params: { opens } });
    }
    default:
      return new AppError(refusal.reason);
  }
}
