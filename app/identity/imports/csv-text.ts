/** How a file was written. Windows-1252 is what spreadsheets of western Europe save as plain “CSV”. */
export type Encoding = 'utf-8' | 'utf-16' | 'windows-1252';

/**
 * The text of an uploaded file. By its byte order mark if it has one; otherwise UTF-8 if it can be, as hardly a text
 * with accents in another encoding is; otherwise Windows-1252.
 */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly encoding: Encoding } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: decode('utf-16le', bytes), encoding: 'utf-16' };
  if (first === 0xfe && second === 0xff) return { text: decode('utf-16be', bytes), encoding: 'utf-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: decode('windows-1252', bytes), encoding: 'windows-1252' };
  }
}

const decode = (label: string, bytes: Uint8Array) => new TextDecoder(label).decode(bytes);
