import { activities } from '../../inventory/data-category.ts';
import type { Register } from '../../inventory/register.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { type CategoryView, categoryView } from '../category-view.ts';
import { measuresAudience, type PrivacySettings, privacyTerms } from '../terms.ts';

export interface ProcessingOptions {
  readonly t: Translate;
  readonly language: Language;
  readonly settings: PrivacySettings;
  readonly register: Register;
}

/** One processing activity, in words (GDPR, Article 30(1)(b) to (f)). */
export interface ProcessingRecord {
  /** `T1` and so on; stays the same while no activity is added before it. */
  readonly reference: string;
  readonly title: string;
  readonly purpose: string;
  readonly subjects: string;
  readonly recipients: string;
  readonly categories: readonly CategoryView[];
}

/** The register of processing (GDPR, Article 30(1)) of this installation, in one language. */
export interface ProcessingRegister {
  /** (a) */
  readonly controller: {
    readonly name: string;
    readonly address: string;
    readonly email: string;
    readonly dpo: string;
  };
  readonly isTrial: boolean;
  readonly records: readonly ProcessingRecord[];
  /** (d), further: who handles data on behalf of the controller. */
  readonly processors: readonly {
    readonly name: string;
    readonly task: string;
    readonly country: string;
    readonly transfer: string;
  }[];
  /** (e) */
  readonly transfers: string;
  /** (g) */
  readonly measures: readonly string[];
}

/** Whether no category of this appliance is of a special kind is for the controller to say, see the impact assessment. */
export function processingRegister({
  t,
  language,
  settings,
  register,
}: ProcessingOptions): ProcessingRegister {
  const { controller } = settings;
  const terms = privacyTerms(settings);
  const isMeasured = measuresAudience(settings);
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  const unnamed = t('processing.unnamed');
  const records = activities
    .map((activity) => ({
      activity,
      members: register.of(activity).filter(({ name }) => isMeasured || name !== 'visits'),
    }))
    .filter(({ members }) => members.length > 0)
    .map(({ activity, members }) => {
      const all = <Value>(read: (member: (typeof members)[number]) => readonly Value[]) => [
        ...new Set(members.flatMap(read)),
      ];
      return {
        reference: `T${activities.indexOf(activity) + 1}`,
        title: t(`processing.activities.${activity}.title`),
        purpose: t(`processing.activities.${activity}.purpose`),
        subjects: list.format(
          all(({ subjects }) => subjects).map((each) => t(`processing.subjects.${each}`)),
        ),
        recipients: list.format(
          all(({ recipients }) => recipients).map((role) => t(`processing.recipients.${role}`)),
        ),
        categories: members.map((category) => categoryView({ t, language, terms }, category)),
      };
    });
  const abroad = controller.processors.filter(({ transfer }) => transfer !== null);
  return {
    controller: {
      name: controller.name.trim() || unnamed,
      address: controller.address ?? unnamed,
      email: controller.support_email ?? unnamed,
      dpo:
        [controller.dpo_address, controller.dpo_email].filter((each) => each !== null).join(', ') || unnamed,
    },
    isTrial: controller.trial,
    records,
    processors: controller.processors.map(({ name, task, country, transfer }) => ({
      name,
      task,
      country,
      transfer: transfer ?? t('processing.noTransfer'),
    })),
    transfers:
      abroad.length === 0
        ? t('processing.noTransfers')
        : list.format(abroad.map(({ name, country, transfer }) => `${name} (${country}: ${transfer})`)),
    measures: measures.map((measure) => t(`processing.measures.${measure}`)),
  };
}

/** What protects the data, in general (Article 32(1)); the impact assessment says more. */
const measures = [
  'encryption',
  'sign_in',
  'permissions',
  'audit',
  'minimal',
  'erasure',
  'egress',
  'backup',
] as const;
