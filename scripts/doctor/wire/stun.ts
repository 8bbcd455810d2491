import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import ipaddr from 'ipaddr.js';

/**
 * STUN messages (RFC 8489), as much as ICE (RFC 8445) and TURN (RFC 8656) need of them here. No package for it is both
 * kept up and small: `stun` is of 2020, `werift` brings a whole WebRTC stack.
 */

export const methods = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  permit: 0x008,
} as const;
export type Method = keyof typeof methods;

const classes = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;
export type MessageClass = keyof typeof classes;

export const attributes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
} as const;
export type Attribute = keyof typeof attributes;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface StunMessage {
  readonly method: Method;
  readonly kind: MessageClass;
  /** 12 bytes as hex. */
  readonly transaction: string;
  /** The first of each type that we know. */
  readonly values: Partial<Record<Attribute, Buffer>>;
  readonly bytes: Buffer;
}

export interface StunDraft {
  readonly method: Method;
  readonly kind: 'request' | 'indication';
  /** An endpoint is written as XOR-…-ADDRESS. */
  readonly values: readonly (readonly [Attribute, Buffer | Endpoint])[];
  /** Signs the message. */
  readonly key?: Buffer | undefined;
  /** Adds FINGERPRINT, as ICE demands. */
  readonly fingerprint?: boolean;
}

const COOKIE = 0x2112a442;
const HEAD_BYTES = 20;
/** What FINGERPRINT is combined with, so that it differs from other checksums (RFC 8489, section 14.7). */
const FINGERPRINT_XOR = 0x5354554e;

export function encodeStun({ method, kind, values, key, fingerprint = false }: StunDraft): {
  readonly bytes: Buffer;
  readonly transaction: string;
} {
  const transaction = randomBytes(12);
  const body = values.map(([name, value]) =>
    attribute(name, Buffer.isBuffer(value) ? value : xorAddress(value, transaction)),
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(methods[method] | classes[kind], 0);
  head.writeUInt32BE(COOKIE, 4);
  transaction.copy(head, 8);
  let bytes = Buffer.concat([head, ...body]);
  if (key) bytes = Buffer.concat([bytes, attribute('messageIntegrity', integrity(bytes, key))]);
  if (fingerprint) bytes = Buffer.concat([bytes, attribute('fingerprint', checksum(bytes))]);
  bytes.writeUInt16BE(bytes.length - HEAD_BYTES, 2);
  return { bytes, transaction: transaction.toString('hex') };
}

/** Null when the bytes are no STUN message of the methods above. */
export function decodeStun(bytes: Buffer): StunMessage | null {
  if (bytes.length < HEAD_BYTES || bytes.readUInt32BE(4) !== COOKIE) return null;
  if (bytes.readUInt16BE(2) !== bytes.length - HEAD_BYTES) return null;
  const type = bytes.readUInt16BE(0);
  const method = (Object.keys(methods) as Method[]).find((name) => methods[name] === (type & 0x3eef));
  const kind = (Object.keys(classes) as MessageClass[]).find((name) => classes[name] === (type & 0x110));
  if (!method || !kind) return null;
  const values: Partial<Record<Attribute, Buffer>> = {};
  for (let at = HEAD_BYTES; at + 4 <= bytes.length; ) {
    const number = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    if (at + 4 + length > bytes.length) return null;
    const name = (Object.keys(attributes) as Attribute[]).find((each) => attributes[each] === number);
    if (name) values[name] ??= bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length + (-length & 3);
  }
  return { method, kind, transaction: bytes.toString('hex', 8, HEAD_BYTES), values, bytes };
}

/** Whether the message was signed with the key. */
export function isSignedWith({ bytes, values }: StunMessage, key: Buffer): boolean {
  const { messageIntegrity } = values;
  if (messageIntegrity?.length !== 20) return false;
  const end = messageIntegrity.byteOffset - bytes.byteOffset - 4;
  return timingSafeEqual(messageIntegrity, integrity(bytes.subarray(0, end), key));
}

/** 401 and the like; 0 where there is none. */
export function errorCode({ values }: StunMessage): number {
  const value = values.errorCode;
  return value && value.length >= 4 ? (value.readUInt8(2) & 7) * 100 + value.readUInt8(3) : 0;
}

export function readXorAddress(value: Buffer, transaction: string): Endpoint {
  const mask = xorMask(Buffer.from(transaction, 'hex'));
  const raw = [...value.subarray(4)].map((byte, index) => byte ^ (mask[index] ?? 0));
  return { address: ipaddr.fromByteArray(raw).toString(), port: value.readUInt16BE(2) ^ (COOKIE >>> 16) };
}

export function uint32(number: number): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(number);
  return value;
}

/** Over all that is before it, with the length that the message has with it (RFC 8489, section 14.5). */
function integrity(before: Buffer, key: Buffer): Buffer {
  return createHmac('sha1', key).update(withLength(before, 24)).digest();
}

function checksum(before: Buffer): Buffer {
  return uint32((crc32(withLength(before, 8)) ^ FINGERPRINT_XOR) >>> 0);
}

function withLength(before: Buffer, more: number): Buffer {
  const copy = Buffer.from(before);
  copy.writeUInt16BE(before.length - HEAD_BYTES + more, 2);
  return copy;
}

function attribute(name: Attribute, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(attributes[name], 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

function xorAddress({ address, port }: Endpoint, transaction: Buffer): Buffer {
  const mask = xorMask(transaction);
  const raw = Buffer.from(ipaddr.parse(address).toByteArray());
  const head = Buffer.alloc(4);
  head.writeUInt8(raw.length === 16 ? 2 : 1, 1);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, raw.map((byte, index) => byte ^ (mask[index] ?? 0))]);
}

function xorMask(transaction: Buffer): Buffer {
  return Buffer.concat([uint32(COOKIE), transaction]);
}
