import anyAscii from 'any-ascii';

/** In what dress a value was found. */
export type Encoding =
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'percent'
  | 'quoted-printable'
  | 'base64'
  | 'hex'
  | 'json'
  | 'html';

/** Bytes to look for. */
export interface Needle {
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  /**
   * In Base64, where a capital is another sign, and bits of the first and the last byte are in signs that also hold their
   * neighbours': what must come out when these are decoded with it. Else null, and capitals do not count.
   */
  readonly decoded: Buffer | null;
}

/** Makes ASCII capitals small, byte by byte: what is compared is done so on both sides. */
export function lowered(bytes: Buffer): Buffer {
  const low = Buffer.from(bytes);
  for (const [index, byte] of low.entries()) if (byte >= 0x41 && byte <= 0x5a) low[index] = byte + 0x20;
  return low;
}

const written = (text: string, write: (byte: number) => string, isPlain: RegExp): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return isPlain.test(sign) ? sign : write(byte);
    })
    .join('');
const hex2 = (byte: number) => byte.toString(16).padStart(2, '0');

/** Everything that a value may look like in a file: every spelling of it in every encoding. */
export function needlesOf(value: string): readonly Needle[] {
  const all = new Map<string, Needle>();
  const add = (encoding: Encoding, bytes: Buffer, decoded: Buffer | null = null) => {
    const wanted = decoded === null ? lowered(bytes) : bytes;
    all.set(`${encoding} ${wanted.toString('hex')}`, { encoding, bytes: wanted, decoded });
  };
  for (const spelling of spellings(value)) {
    const bytes = Buffer.from(spelling);
    const wide = Buffer.from(spelling, 'utf16le');
    add('utf-8', bytes);
    add('utf-16le', wide);
    add('utf-16be', Buffer.from(wide).swap16());
    add('hex', Buffer.from(bytes.toString('hex')));
    for (const text of [
      encodeURIComponent(spelling),
      encodeURIComponent(spelling).replaceAll('%20', '+'),
      new URLSearchParams([['', spelling]]).toString().slice(1),
      written(spelling, (byte) => `%${hex2(byte)}`, /[a-z0-9]/i),
      written(spelling, (byte) => `%${hex2(byte)}`, /^$/),
    ])
      add('percent', Buffer.from(text));
    add('quoted-printable', Buffer.from(written(spelling, (byte) => `=${hex2(byte)}`, /[ !-<>-~]/)));
    add('json', Buffer.from(escaped(spelling, (code) => `\\u${code.toString(16).padStart(4, '0')}`)));
    add('html', Buffer.from(escaped(spelling, (code) => `&#${code};`)));
    add('html', Buffer.from(escaped(spelling, (code) => `&#x${code.toString(16)};`)));
    for (const each of [bytes, wide])
      for (const text of base64Of(each)) add('base64', Buffer.from(text), each);
  }
  return [...all.values()];
}

/** As it is, in capitals and in small letters, composed and not, and without accents, as searches keep it. */
function spellings(value: string): Set<string> {
  const forms = [value.normalize('NFC'), value.normalize('NFD'), anyAscii(value)];
  return new Set(forms.flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()]));
}

function escaped(text: string, write: (code: number) => string): string {
  return text.replaceAll(/[^ -~]|[&<>"'`=]/g, (sign) =>
    Array.from({ length: sign.length }, (_, index) => write(sign.charCodeAt(index))).join(''),
  );
}

/**
 * The signs of Base64 (RFC 4648) that follow from these bytes alone, wherever they stand in what is encoded: three
 * bytes are four signs, so there are three ways to stand, each in both alphabets.
 */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
