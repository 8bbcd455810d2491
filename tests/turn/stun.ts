import { createHash, createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * STUN messages as TURN uses them (RFC 8489, RFC 8656), written by hand so that tests can say what no decent client
 * would: any attribute, any peer, any credential.
 */

export const methods = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
  connect: 0x00a,
} as const;
export type Method = keyof typeof methods;

export const attributes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  software: 0x8022,
} as const;
export type Attribute = keyof typeof attributes;
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** An endpoint is written as XOR-…-ADDRESS. */
export type Attributes = [Attribute, Buffer | Endpoint][];

export interface Message {
  readonly method: Method;
  readonly kind: 'request' | 'indication' | 'success' | 'error';
  readonly transaction: string;
  /** The first of each type. */
  readonly values: Partial<Record<Attribute, Buffer>>;
  /** Types of all attributes, ours or not. */
  readonly types: number[];
}

const COOKIE = 0x2112a442;
const kinds = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;

export interface LongTermKey {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
}

/** A message as bytes; with a key it ends with MESSAGE-INTEGRITY (RFC 8489, section 14.5). */
export function encode(
  method: Method,
  kind: Message['kind'],
  list: Attributes,
  key?: LongTermKey,
): { bytes: Buffer; transaction: string } {
  const transaction = randomBytes(12);
  const body = Buffer.concat(
    list.map(([name, value]) =>
      attribute(name, Buffer.isBuffer(value) ? value : xorAddress(value, transaction)),
    ),
  );
  const head = Buffer.alloc(20);
  head.writeUInt16BE(methods[method] | kinds[kind], 0);
  head.writeUInt32BE(COOKIE, 4);
  transaction.copy(head, 8);
  head.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  let bytes = Buffer.concat([head, body]);
  if (key) {
    const secret = createHash('md5').update(`${key.username}:${key.realm}:${key.password}`).digest();
    bytes = Buffer.concat([
      bytes,
      attribute('messageIntegrity', createHmac('sha1', secret).update(bytes).digest()),
    ]);
  }
  return { bytes, transaction: transaction.toString('hex') };
}

function attribute(name: Attribute, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(attributes[name], 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

/** @throws Error when the bytes are no STUN message of the methods above. */
export function decode(bytes: Buffer): Message {
  const type = bytes.readUInt16BE(0);
  const method = (Object.keys(methods) as Method[]).find((name) => methods[name] === (type & 0x3eef));
  const kind = (Object.keys(kinds) as Message['kind'][]).find((name) => kinds[name] === (type & 0x110));
  if (!method || !kind || bytes.readUInt32BE(4) !== COOKIE) throw new Error(`no STUN message: ${type}`);
  const names = new Map<number, Attribute>(
    Object.entries(attributes).map(([name, number]) => [number, name as Attribute]),
  );
  const values: Message['values'] = {};
  const types: number[] = [];
  for (let at = 20; at < bytes.length; ) {
    const number = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    const name = names.get(number);
    types.push(number);
    if (name) values[name] ??= bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length + (-length & 3);
  }
  return { method, kind, transaction: bytes.toString('hex', 8, 20), values, types };
}

function xorAddress({ address, port }: Endpoint, transaction: Buffer): Buffer {
  const mask = xorMask(transaction);
  const raw = Buffer.from(ipaddr.parse(address).toByteArray());
  const head = Buffer.alloc(4);
  head.writeUInt8(isIPv6(address) ? 2 : 1, 1);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, raw.map((byte, index) => byte ^ (mask[index] ?? 0))]);
}

export function readXorAddress(value: Buffer, transaction: string): Endpoint {
  const mask = xorMask(Buffer.from(transaction, 'hex'));
  const raw = [...value.subarray(4)].map((byte, index) => byte ^ (mask[index] ?? 0));
  return {
    address: ipaddr.fromByteArray(raw).toString(),
    port: value.readUInt16BE(2) ^ (COOKIE >>> 16),
  };
}

function xorMask(transaction: Buffer): Buffer {
  return Buffer.concat([uint32(COOKIE), transaction]);
}

export function errorCode(message: Message): number {
  const value = message.values.errorCode;
  return value ? (value.readUInt8(2) & 7) * 100 + value.readUInt8(3) : 0;
}

export function uint32(number: number): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(number);
  return value;
}
