/** Two soft tones, the second higher: frequency in hertz, start in seconds. */
const tones = [
  { frequency: 660, at: 0 },
  { frequency: 880, at: 0.16 },
] as const;

/** How loud, of 1. Under a conversation, not over it. */
const VOLUME = 0.12;

/** How long one tone takes to fade, in seconds. */
const FADE = 0.5;

/**
 * Rings: somebody waits at the door. Nothing is heard before the person touched the page, as browsers want it; whoever
 * is in a meeting has.
 */
export function ring(): void {
  const context = new AudioContext();
  for (const { frequency, at } of tones) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + at;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + FADE);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + FADE);
    if (at === tones.at(-1)?.at) tone.onended = () => void context.close();
  }
}
