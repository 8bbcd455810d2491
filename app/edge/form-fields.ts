/**
 * Fields of forms, for the partial `{{> field name}}`: each is label, control, hint and error, tied together for
 * those who hear the page.
 *
 * ```ts
 * const fields = {
 *   name: textField({ name: 'name', label: t('people.name'), value: typed.name, error: faults.name, maxLength: 60 }),
 *   role: choiceField({ name: 'role', label: t('people.role'), value: typed.role, options }),
 * };
 * return reply.consolePage('console/views/person-form.hbs', { title, section: 'people', fields });
 * ```
 * ```hbs
 * <form class="form" method="post">{{> field fields.name}} {{> field fields.role}} <button class="button">…</button></form>
 * ```
 */

/** What every field has. Texts are in the reader's language. */
interface FieldWords {
  /** Of the value that is posted; also the element's id, so that it is once in a page. */
  readonly name: string;
  readonly label: string;
  /** What was typed, to be shown again. */
  readonly value?: string;
  readonly hint?: string;
  /** What is wrong with it. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Everything that the view reads, filled in. */
export interface Field {
  readonly kind: 'input' | 'choice' | 'area' | 'tick' | 'file';
  readonly isInput: boolean;
  readonly isChoice: boolean;
  readonly isArea: boolean;
  readonly isTick: boolean;
  readonly isFile: boolean;
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly error: string;
  readonly isRequired: boolean;
  readonly describedBy: string;
  readonly type: string;
  readonly maxLength: number;
  readonly min: string;
  readonly max: string;
  readonly autocomplete: string;
  readonly rows: number;
  readonly accept: string;
  readonly isTicked: boolean;
  readonly options: readonly (Option & { readonly isSelected: boolean })[];
}

function field(kind: Field['kind'], words: FieldWords): Field {
  const { name, label, value = '', hint = '', error = '', isRequired = false } = words;
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ');
  return {
    kind,
    isInput: kind === 'input',
    isChoice: kind === 'choice',
    isArea: kind === 'area',
    isTick: kind === 'tick',
    isFile: kind === 'file',
    name,
    label,
    value,
    hint,
    error,
    isRequired,
    describedBy,
    type: 'text',
    maxLength: 200,
    min: '',
    max: '',
    autocomplete: 'off',
    rows: 6,
    accept: '',
    isTicked: false,
    options: [],
  };
}

/** One line. `min` and `max` are for `type: 'number'` and dates. */
export function textField({
  type = 'text',
  maxLength = 200,
  min = '',
  max = '',
  autocomplete = 'off',
  ...words
}: FieldWords & {
  readonly type?: 'text' | 'email' | 'tel' | 'number' | 'date' | 'time' | 'datetime-local' | 'search' | 'url';
  readonly maxLength?: number;
  readonly min?: string | number;
  readonly max?: string | number;
  readonly autocomplete?: string;
}): Field {
  return { ...field('input', words), type, maxLength, min: String(min), max: String(max), autocomplete };
}

/** Several lines. */
export function areaField({
  rows = 6,
  maxLength = 10_000,
  ...words
}: FieldWords & { readonly rows?: number; readonly maxLength?: number }): Field {
  return { ...field('area', words), rows, maxLength };
}

/** One of several. */
export function choiceField({
  options,
  ...words
}: FieldWords & { readonly options: readonly Option[] }): Field {
  const made = field('choice', words);
  return {
    ...made,
    options: options.map((each) => ({ ...each, isSelected: each.value === made.value })),
  };
}

/** Yes or no: posts `yes`, or nothing. */
export function tickField({
  isTicked,
  ...words
}: Omit<FieldWords, 'value'> & { readonly isTicked: boolean }): Field {
  return { ...field('tick', { ...words, value: 'yes' }), isTicked };
}

/** A file; the form needs `enctype="multipart/form-data"`. */
export function fileField({ accept = '', ...words }: FieldWords & { readonly accept?: string }): Field {
  return { ...field('file', words), accept };
}

/** What a form posted, texts alone. A name that was posted twice is as if it were not there. */
export function readForm(body: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(Object(body) as Record<string, unknown>).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
