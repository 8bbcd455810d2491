/** One stream of RTP packets (RFC 3550): numbers them, counts them, and says by sender reports when they were sent. */
export class RtpStream {
  readonly ssrc: number;
  readonly #payloadType: number;
  readonly #clockRate: number;
  readonly #send: (packet: Buffer) => void;
  #sequence = 0;
  #packets = 0;
  /** Of the packets themselves, headers included. */
  bytes = 0;
  #payloadBytes = 0;
  #reportAtMs = 0;

  constructor(
    { ssrc, payloadType, clockRate }: { ssrc: number; payloadType: number; clockRate: number },
    send: (packet: Buffer) => void,
  ) {
    this.ssrc = ssrc;
    this.#payloadType = payloadType;
    this.#clockRate = clockRate;
    this.#send = send;
  }

  /**
   * Sends one packet.
   *
   * @param header room for the RTP header, then a header extension if `hasExtension`, then the payload.
   */
  send(
    packet: Buffer,
    nowMs: number,
    { isLast, hasExtension }: { isLast: boolean; hasExtension: boolean },
  ): void {
    packet[0] = hasExtension ? 0x90 : 0x80;
    packet[1] = (isLast ? 0x80 : 0) | this.#payloadType;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp(nowMs), 4);
    packet.writeUInt32BE(this.ssrc, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    // Before the first packet too: the SFU changes layers only once it knows how their clocks compare.
    if (nowMs >= this.#reportAtMs) this.#report(nowMs);
    this.#send(packet);
    this.#packets += 1;
    this.bytes += packet.length;
    this.#payloadBytes += packet.length - 12;
  }

  #timestamp(nowMs: number): number {
    return Math.round((nowMs * this.#clockRate) / 1000) % 2 ** 32;
  }

  /** RFC 3550, section 6.4.1, without report blocks. */
  #report(nowMs: number): void {
    this.#reportAtMs = nowMs + 1000;
    const report = Buffer.alloc(28);
    report[0] = 0x80;
    report[1] = 200;
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(this.ssrc, 4);
    report.writeUInt32BE(Math.floor(nowMs / 1000), 8);
    report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12);
    report.writeUInt32BE(this.#timestamp(nowMs), 16);
    report.writeUInt32BE(this.#packets, 20);
    report.writeUInt32BE(this.#payloadBytes % 2 ** 32, 24);
    this.#send(report);
  }
}

/** The streams whose senders are asked for a key frame by an RTCP packet (RFC 4585, 6.3.1, and RFC 5104, 4.3.1). */
export function keyFrameRequests(packet: Buffer): number[] {
  const ssrcs: number[] = [];
  for (let at = 0; at + 12 <= packet.length; ) {
    const [format, type] = [(packet[at] ?? 0) & 0x1f, packet[at + 1]];
    if (type === 206 && format === 1) ssrcs.push(packet.readUInt32BE(at + 8));
    if (type === 206 && format === 4 && at + 16 <= packet.length) ssrcs.push(packet.readUInt32BE(at + 12));
    at += 4 * (packet.readUInt16BE(at + 2) + 1);
  }
  return ssrcs;
}
