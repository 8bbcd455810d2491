import { type Browser, launch } from 'puppeteer-core';

/**
 * Starts Debian's own Firefox in a fresh profile, with a fake camera (a changing colour) and microphone (a tone),
 * driven by WebDriver BiDi. It takes any certificate: it knows no way to trust one key only.
 */
export function launchFirefox(): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      // The SFU is on this machine.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'intl.accept_languages': 'en-GB, en',
      // It asks its maker for nothing.
      'app.normandy.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'services.settings.server': 'https://127.0.0.1:9/',
      // It would fetch its own H.264 from elsewhere.
      'media.gmp-manager.url': 'https://127.0.0.1:9/',
      'media.gmp-manager.updateEnabled': false,
    },
  });
}
