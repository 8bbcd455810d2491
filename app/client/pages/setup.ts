import { isReached } from '../meeting/connection/reach.ts';
import type { TriedWay } from '../meeting/connection/ways.ts';

/**
 * The media ports, as this very browser reaches them: one attempt by UDP and one by TCP, at ends that the SFU made for
 * it. Nothing is sent but what ICE needs, and no camera is asked for.
 */

type Way = 'udp' | 'tcp';

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
