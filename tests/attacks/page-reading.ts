/** What a page of ours offers: its links and its forms. Only as much HTML as our own views write. */

export interface Form {
  readonly action: string;
  readonly method: string;
  readonly fields: readonly FormField[];
}

export interface FormField {
  readonly name: string;
  readonly value: string;
  /** Whether somebody can type whatever they like. */
  readonly isTyped: boolean;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|(\w+));/gi, (whole, code?: string, name?: string) =>
    code === undefined ? (entities[name ?? ''] ?? whole) : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? null : unescaped(found);
}

/** Paths on the same site, each once. */
export function linksOf(html: string, path: string): string[] {
  const links = [...html.matchAll(/<a\s[^>]*>/g)].flatMap(([tag]) => attribute(tag, 'href') ?? []);
  const base = `https://site.invalid${path}`;
  const inside = links.flatMap((href) => {
    const url = URL.parse(href, base);
    return url?.host === 'site.invalid' ? `${url.pathname}${url.search}` : [];
  });
  return [...new Set(inside)];
}

export function formsOf(html: string, path: string): Form[] {
  return [...html.matchAll(/(<form[^>]*>)(.*?)<\/form>/gs)].map(([, head = '', body = '']) => ({
    action: new URL(attribute(head, 'action') ?? path, `https://site.invalid${path}`).pathname,
    method: (attribute(head, 'method') ?? 'get').toUpperCase(),
    fields: fieldsOf(body),
  }));
}

function fieldsOf(body: string): FormField[] {
  const inputs = [...body.matchAll(/<input\s[^>]*>/g)].flatMap(([tag]) => {
    const name = attribute(tag, 'name');
    const type = attribute(tag, 'type') ?? 'text';
    const isTicked = !['checkbox', 'radio'].includes(type) || / checked/.test(tag);
    return name === null || type === 'file' || !isTicked
      ? []
      : {
          name,
          value: attribute(tag, 'value') ?? '',
          isTyped: !['hidden', 'checkbox', 'radio'].includes(type),
        };
  });
  const areas = [...body.matchAll(/(<textarea\s[^>]*>)\n?([^<]*)<\/textarea>/g)].flatMap(
    ([, tag = '', text = '']) => {
      const name = attribute(tag, 'name');
      return name === null ? [] : { name, value: unescaped(text), isTyped: true };
    },
  );
  const choices = [...body.matchAll(/(<select\s[^>]*>)(.*?)<\/select>/gs)].flatMap(
    ([, tag = '', options = '']) => {
      const name = attribute(tag, 'name');
      const all = [...options.matchAll(/<option\s[^>]*>/g)].map(([option]) => option);
      const chosen = all.find((option) => / selected/.test(option)) ?? all[0] ?? '';
      return name === null ? [] : { name, value: attribute(chosen, 'value') ?? '', isTyped: false };
    },
  );
  return [...inputs, ...areas, ...choices];
}
