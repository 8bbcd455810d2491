import { randomBytes } from 'node:crypto';
import type { PeerDescription, Transport } from '../../../media/contract.ts';
import { Dialogue } from './dialogue.ts';
import { PathFault } from './path-fault.ts';
import type { Pipe } from './pipe.ts';
import type { TrialRoom } from './sfu.ts';
import { isSignedWith, uint32 } from './stun.ts';

/** Priority of a host candidate (RFC 8445, section 5.1.2.1). */
const PRIORITY = 0x7e7f00ff;

/** Packets come through and no call comes of it: the SFU's two ends do not agree on keys. */
export class NoCall extends Error {
  override readonly name = 'NoCall';
}

/**
 * Holds a call of the SFU with itself over real ways through the network. Both transports of one peer are reached by
 * ICE, each over a pipe of its own, as a browser would do it; then each is told that the other one is its browser, and
 * what one sends is carried to the other. So DTLS is agreed on end to end, with keys that are nobody's but the SFU's:
 * packets of every size have gone both ways, and the SFU has sent them unasked.
 *
 * Sound and picture are not sent: for that one would need DTLS and SRTP here, which only whole WebRTC stacks bring.
 * The one in JavaScript that is kept up (`werift`) is 30 MB and would prove what the worker's own tests prove; nothing
 * that can break on an owner's network breaks between this and a picture.
 *
 * @param peer of that room, and not used before.
 * @param open makes a pipe to one of the SFU's transports.
 * @throws PathFault when packets do not come through, NoCall when they do and the call does not come about; whatever
 * `open` throws; SfuFault `failing`.
 */
export async function holdCall(
  room: TrialRoom,
  peer: PeerDescription,
  open: (transport: Transport) => Promise<Pipe>,
  {
    pathMs,
    callMs,
    signal,
  }: { readonly pathMs: number; readonly callMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const dialogues: Dialogue[] = [];
  const reach = async (transport: Transport): Promise<Dialogue> => {
    const dialogue = new Dialogue(await open(transport));
    dialogues.push(dialogue);
    await checkIce(dialogue, transport.iceParameters, AbortSignal.any([signal, AbortSignal.timeout(pathMs)]));
    return dialogue;
  };
  try {
    const reached = await Promise.allSettled([reach(peer.sendTransport), reach(peer.recvTransport)]);
    const [sending, receiving] = reached.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    }) as [Dialogue, Dialogue];
    sending.onOther = (packet) => receiving.sendOther(packet);
    receiving.onOther = (packet) => sending.sendOther(packet);
    const isConnected = await room.connect(peer, AbortSignal.any([signal, AbortSignal.timeout(callMs)]));
    if (!isConnected) throw new NoCall('the SFU did not come to an agreement with itself');
  } finally {
    for (const dialogue of dialogues) dialogue.close();
  }
}

/** Asks the SFU over this very way whether it is there, and tells it to use it (RFC 8445, section 7.2 and 8.1). */
async function checkIce(
  dialogue: Dialogue,
  { usernameFragment, password }: Transport['iceParameters'],
  signal: AbortSignal,
): Promise<void> {
  const key = Buffer.from(password);
  const answer = await dialogue.ask(
    {
      method: 'binding',
      values: [
        ['username', Buffer.from(`${usernameFragment}:${randomBytes(4).toString('hex')}`)],
        ['priority', uint32(PRIORITY)],
        ['iceControlling', randomBytes(8)],
        ['useCandidate', Buffer.alloc(0)],
      ],
      key,
      fingerprint: true,
    },
    signal,
  );
  if (answer.kind !== 'success' || !isSignedWith(answer, key)) throw new PathFault('wrong');
}
