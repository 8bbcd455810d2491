import { activities } from '../../inventory/data-category.ts';
import type { Register } from '../../inventory/register.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { type CategoryView, categoryView } from '../category-view.ts';
import { storedView } from '../stored-view.ts';
import { measuresAudience, type PrivacySettings, privacyTerms } from '../terms.ts';

export interface NoticeOptions {
  readonly t: Translate;
  readonly language: Language;
  readonly settings: PrivacySettings;
  readonly register: Register;
  /** What the site that it is the notice of calls itself, and its host. */
  readonly site: { readonly name: string; readonly host: string };
  /** Pages where something can be done about it; null for one that is not there. */
  readonly ways: NoticeWays;
}

export interface NoticeWays {
  /** Everything about whoever is signed in. */
  readonly myData: string | null;
  /** A form for those without an account. */
  readonly request: string | null;
  readonly cookies: string | null;
}

/** The notice of a site (GDPR, Articles 13 and 14), as `notice/views/content.hbs` draws it. */
export function noticeOf({ t, language, settings, register, site, ways }: NoticeOptions) {
  const { controller, mail } = settings;
  const terms = privacyTerms(settings);
  const isMeasured = measuresAudience(settings);
  const purposes = activities
    .map((activity) => ({
      activity,
      title: t(`processing.activities.${activity}.title`),
      purpose: t(`processing.activities.${activity}.purpose`),
      categories: register
        .of(activity)
        .filter(({ name }) => isMeasured || name !== 'visits')
        .map((category) => categoryView({ t, language, terms }, category)),
    }))
    .filter(({ categories }) => categories.length > 0);
  return {
    siteName: site.name,
    host: site.host,
    isTrial: controller.trial,
    controller: {
      name: controller.name.trim() || null,
      address: controller.address,
      email: controller.support_email,
      dpoEmail: controller.dpo_email,
      dpoAddress: controller.dpo_address,
      hasDpo: controller.dpo_email !== null || controller.dpo_address !== null,
      authority: controller.authority ?? t('notice.cnil'),
    },
    purposes,
    kept: purposes.flatMap(({ categories }): readonly CategoryView[] => categories),
    processors: controller.processors,
    hasProcessors: controller.processors.length > 0,
    hasTransfers: controller.processors.some(({ transfer }) => transfer !== null),
    usesRelay: mail.host !== null,
    isMeasured,
    terms,
    rights: (
      ['access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'withdrawal'] as const
    ).map((right) => ({ title: t(`notice.rights.${right}.title`), text: t(`notice.rights.${right}.text`) })),
    storage: storedView(t, terms),
    ways,
  };
}
