import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { ProcessingRegister } from './records.ts';

/** The register as the rows of a table, for spreadsheets: a head, then one row for each category of data. */
export function registerRows(t: Translate, register: ProcessingRegister): string[][] {
  const { controller, records, transfers, measures, processors } = register;
  const outsiders = processors.map(({ name, task, country }) => `${name} (${task}, ${country})`).join('; ');
  return [
    registerColumns.map((column) => t(`processing.columns.${column}`)),
    ...records.flatMap(({ reference, title, purpose, categories }) =>
      categories.map((category) => [
        reference,
        title,
        purpose,
        category.title,
        category.what,
        category.purpose,
        category.subjects,
        category.basis,
        [category.recipients, outsiders].filter(Boolean).join('; '),
        transfers,
        category.kept,
        measures.join(' '),
        `${controller.name}, ${controller.address}, ${controller.email}`,
        controller.dpo,
      ]),
    ),
  ];
}

const registerColumns = [
  'reference',
  'activity',
  'activityPurpose',
  'data',
  'what',
  'purpose',
  'subjects',
  'basis',
  'recipients',
  'transfers',
  'kept',
  'measures',
  'controller',
  'dpo',
] as const;

/** The register as JSON, with a line break at its end. */
export function registerJson(register: ProcessingRegister, language: Language): string {
  return `${JSON.stringify({ article: 'GDPR, Article 30(1)', language, ...register }, null, 2)}\n`;
}
