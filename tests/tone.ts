/**
 * A tone that any microphone would call loud, as a WAV file of 16-bit samples. Chromium's fake microphone beeps too
 * briefly to be told from silence by Opus (DTX), now and then for a minute on end.
 */
export function tone(): Buffer {
  const rate = 48_000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + rate * 2, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(rate * 2, 40);
  const samples = Int16Array.from({ length: rate }, (_, index) =>
    Math.round(12_000 * Math.sin((2 * Math.PI * 440 * index) / rate)),
  );
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}
