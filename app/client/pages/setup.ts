/**
 * The media ports, as this very browser reaches them: one attempt by UDP and one by TCP, at ends that the SFU made for
 * it. Nothing is sent but what ICE needs, and no camera is asked for.
 */

interface TriedWay {
  readonly iceParameters: { readonly usernameFragment: string; readonly password: string };
  readonly iceCandidates: readonly {
    readonly foundation: string;
    readonly priority: number;
    readonly address: string;
    readonly protocol: string;
    readonly port: number;
    readonly tcpType?: string;
  }[];
  readonly fingerprint: { readonly algorithm: string; readonly value: string };
}

type Way = 'udp' | 'tcp';

/** Every candidate has been tried several times by then, in milliseconds. */
const TRIAL_MS = 10_000;

const trial = document.getElementById('media-trial');
const button = trial?.querySelector('button');
if (trial && button) {
  trial.hidden = false;
  button.addEventListener('click', () => void run(trial, button));
}

async function run(panel: HTMLElement, starter: HTMLButtonElement): Promise<void> {
  const fault = panel.querySelector<HTMLElement>('[data-fault]');
  if (fault) fault.hidden = true;
  // Not `disabled`, which would take the focus away from who presses it by keyboard.
  if (starter.getAttribute('aria-disabled') === 'true') return;
  starter.setAttribute('aria-disabled', 'true');
  for (const way of ['udp', 'tcp'] as const) show(panel, way, 'trying');
  try {
    const answer = await fetch('/console/setup/media', { method: 'POST' });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const ways: Readonly<Record<Way, TriedWay>> = await answer.json();
    await Promise.all(
      (['udp', 'tcp'] as const).map(async (way) =>
        show(panel, way, (await isReached(ways[way])) ? 'works' : 'fails'),
      ),
    );
  } catch {
    for (const each of panel.querySelectorAll<HTMLElement>('[data-way]')) each.hidden = true;
    if (fault) fault.hidden = false;
  } finally {
    starter.removeAttribute('aria-disabled');
  }
}

function show(panel: HTMLElement, way: Way, outcome: 'trying' | 'works' | 'fails'): void {
  const row = panel.querySelector<HTMLElement>(`[data-way="${way}"]`);
  if (!row) return;
  row.hidden = false;
  for (const text of row.querySelectorAll<HTMLElement>('[data-outcome]'))
    text.hidden = text.dataset.outcome !== outcome;
}

/** Whether ICE finds a way to the candidates (RFC 8445); keys are not exchanged. */
async function isReached(way: TriedWay): Promise<boolean> {
  if (way.iceCandidates.length === 0) return false;
  const connection = new RTCPeerConnection();
  try {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    connection.addEventListener('iceconnectionstatechange', () => {
      const { iceConnectionState: state } = connection;
      if (state === 'connected' || state === 'completed') resolve(true);
      if (state === 'failed') resolve(false);
    });
    const late = setTimeout(() => resolve(false), TRIAL_MS);
    await connection.setRemoteDescription({ type: 'offer', sdp: offerOf(way) });
    await connection.setLocalDescription(await connection.createAnswer());
    const reached = await promise;
    clearTimeout(late);
    return reached;
  } finally {
    connection.close();
  }
}

/** The end at the SFU as a session description (RFC 8866) that a browser takes: one sound that never comes. */
function offerOf({ iceParameters, iceCandidates, fingerprint }: TriedWay): string {
  const candidates = iceCandidates.map(
    ({ foundation, priority, address, protocol, port, tcpType }) =>
      `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ host${
        tcpType === undefined ? '' : ` tcptype ${tcpType}`
      }`,
  );
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 127.0.0.1',
    'a=mid:0',
    'a=sendonly',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=setup:actpass',
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...candidates,
    'a=end-of-candidates',
    '',
  ].join('\r\n');
}
