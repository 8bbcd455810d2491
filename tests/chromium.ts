import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a real Chromium in a fresh profile that asks no host for anything by itself, with a fake camera (a moving
 * picture) and microphone (beeps).
 *
 * @param more further arguments of Chromium's.
 * @param executablePath a program that starts Chromium, somewhere else perhaps: in another network.
 */
export function launchChromium(
  more: readonly string[] = [],
  executablePath = '/usr/bin/chromium',
): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // What is asked for in spite of these, of the browser's maker, is asked for where nobody is.
      ...[
        'autofill-server-url',
        'gaia-url',
        'optimization-guide-service-get-hints-url',
        'optimization-guide-service-get-models-url',
      ].map((service) => `--${service}=https://127.0.0.1:9/`),
      '--component-updater=url-source=https://127.0.0.1:9/',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
      // Hidden windows of one browser would be slowed down as background tabs.
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
      '--disable-background-timer-throttling',
      ...more,
    ],
  });
}
