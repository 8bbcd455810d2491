import type { X509Certificate } from 'node:crypto';

/** Numbers of the properties in a serialized certificate ([MS-GPEF] calls it a blob; wincrypt.h has the numbers). */
const SHA1_HASH = 3;
const CERTIFICATE = 32;

/**
 * A registry file that puts a certificate among the trusted roots of a Windows computer, for all its users: what
 * `certutil -addstore Root` does, for tools that distribute registry files. Little-endian UTF-16, as `reg export`
 * writes it.
 */
export function registryFile(certificate: X509Certificate): Buffer {
  const thumbprint = certificate.fingerprint.replaceAll(':', '');
  const blob = Buffer.concat([
    property(SHA1_HASH, Buffer.from(thumbprint, 'hex')),
    property(CERTIFICATE, certificate.raw),
  ]);
  const lines = [
    'Windows Registry Editor Version 5.00',
    '',
    `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT\\Certificates\\${thumbprint}]`,
    `"Blob"=hex:${hexLines(blob)}`,
    '',
  ];
  return Buffer.from(`\ufeff${lines.join('\r\n')}`, 'utf16le');
}

/** Number, 1, length, value; all little-endian and 32 bits but the last. */
function property(number: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(number, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value]);
}

/** `30,82,…`, 25 bytes a line, each line but the last ended as the format wants it. */
function hexLines(bytes: Buffer): string {
  const pairs = bytes.toString('hex').match(/../g) ?? [];
  const lines = Array.from({ length: Math.ceil(pairs.length / 25) }, (_, line) =>
    pairs.slice(line * 25, line * 25 + 25).join(','),
  );
  return lines.join(',\\\r\n  ');
}
