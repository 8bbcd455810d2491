/** A setting of an INI file. A list becomes one line for each entry. */
export type IniValue = string | number | boolean | readonly string[];
/** Settings by section, both in the order in which they are written. */
export type Ini = Readonly<Record<string, Readonly<Record<string, IniValue>>>>;

/**
 * The text of an INI file as Matomo reads it: by PHP's `parse_ini_string`, then with HTML entities decoded (`ENT_COMPAT`).
 *
 * @throws RangeError when a text cannot be written: it has control characters or is no Unicode. The message names the
 * setting, never the value.
 */
export function iniText(ini: Ini): string {
  return Object.entries(ini)
    .map(([section, settings]) => {
      const lines = Object.entries(settings).flatMap(([key, value]) =>
        linesOf(`${section}.${key}`, key, value),
      );
      return [`[${section}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}

function linesOf(place: string, key: string, value: IniValue): string[] {
  if (typeof value === 'string') return [`${key} = ${quoted(place, value)}`];
  if (typeof value === 'number') return [`${key} = ${value}`];
  if (typeof value === 'boolean') return [`${key} = ${value ? 1 : 0}`];
  return value.map((each) => `${key}[] = ${quoted(place, each)}`);
}

/** What means something to PHP within double quotes, or to the decoding after it. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  $: '&#36;',
  '\\': '&#92;',
};

function quoted(place: string, text: string): string {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) {
    throw new RangeError(`Matomo's configuration cannot hold ${place}: control characters, or no Unicode.`);
  }
  return `"${text.replaceAll(/[&"$\\]/g, (character) => entities[character] ?? character)}"`;
}
