import type { Translate } from '../../kernel/i18n.ts';
import { type TrustingSystem, trustingSystems } from './visitor-systems.ts';

/** Files that `/trust/` offers, by their last name. */
export const trustFiles = {
  crt: 'linkello-ca.crt',
  pem: 'linkello-ca.pem',
  mobileconfig: 'linkello-ca.mobileconfig',
  reg: 'linkello-ca.reg',
  policies: 'policies.json',
} as const;
type TrustFile = keyof typeof trustFiles;

interface Step {
  /** Key of its text. */
  readonly text: string;
  /** What to type, the same in every language. */
  readonly code?: string;
  /** What to download. */
  readonly file?: TrustFile;
  /** Folders, by system. */
  readonly places?: readonly Place[];
}

interface Place {
  readonly system: string;
  readonly path: string;
}

interface Part {
  /** Key of its heading. */
  readonly heading: string;
  readonly steps: readonly Step[];
}

/** How each system learns to trust the authority. Which words its menus use is in the texts. */
const guides: Readonly<Record<TrustingSystem, readonly Part[]>> = {
  windows: [
    {
      heading: 'one',
      steps: [
        { text: 'open', file: 'crt' },
        { text: 'location' },
        { text: 'store' },
        { text: 'thumbprint' },
        { text: 'restart' },
      ],
    },
    {
      heading: 'domain',
      steps: [
        { text: 'policy' },
        { text: 'policyPath' },
        { text: 'policyImport', file: 'crt' },
        { text: 'policyUpdate', code: 'gpupdate /force' },
      ],
    },
    {
      heading: 'many',
      steps: [
        { text: 'command', code: 'certutil -addstore -f Root linkello-ca.crt' },
        { text: 'registry', file: 'reg' },
      ],
    },
  ],
  macos: [
    { heading: 'one', steps: [{ text: 'open', file: 'crt' }, { text: 'find' }, { text: 'trust' }] },
    {
      heading: 'all',
      steps: [
        {
          text: 'command',
          code: 'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ~/Downloads/linkello-ca.crt',
        },
      ],
    },
    { heading: 'managed', steps: [{ text: 'profile', file: 'mobileconfig' }] },
  ],
  ios: [
    {
      heading: 'one',
      steps: [
        { text: 'open', file: 'mobileconfig' },
        { text: 'install' },
        { text: 'unsigned' },
        { text: 'trust' },
      ],
    },
    { heading: 'managed', steps: [{ text: 'profile' }] },
  ],
  android: [
    {
      heading: 'one',
      steps: [{ text: 'download', file: 'crt' }, { text: 'settings' }, { text: 'install' }],
    },
    { heading: 'browsers', steps: [{ text: 'chrome' }, { text: 'firefox' }, { text: 'apps' }] },
  ],
  linux: [
    {
      heading: 'chrome',
      steps: [
        { text: 'manager', file: 'crt' },
        {
          text: 'nss',
          code: 'certutil -d sql:$HOME/.pki/nssdb -A -t "C,," -n Linkello -i linkello-ca.crt',
        },
        { text: 'chromeRestart' },
      ],
    },
    {
      heading: 'debian',
      steps: [
        {
          text: 'debianInstall',
          file: 'pem',
          code: 'sudo cp linkello-ca.pem /usr/local/share/ca-certificates/linkello-ca.crt\nsudo update-ca-certificates',
        },
      ],
    },
    {
      heading: 'fedora',
      steps: [
        {
          text: 'fedoraInstall',
          file: 'pem',
          code: 'sudo cp linkello-ca.pem /etc/pki/ca-trust/source/anchors/\nsudo update-ca-trust',
        },
      ],
    },
  ],
  firefox: [
    {
      heading: 'one',
      steps: [{ text: 'system' }, { text: 'open' }, { text: 'import', file: 'crt' }, { text: 'tick' }],
    },
    {
      heading: 'many',
      steps: [
        {
          text: 'policies',
          file: 'policies',
          places: [
            { system: 'Windows', path: 'C:\\Program Files\\Mozilla Firefox\\distribution' },
            { system: 'macOS', path: '/Applications/Firefox.app/Contents/Resources/distribution' },
            { system: 'Linux', path: '/etc/firefox/policies' },
          ],
        },
        {
          text: 'certificates',
          file: 'crt',
          places: [
            { system: 'Windows', path: '%USERPROFILE%\\AppData\\Local\\Mozilla\\Certificates' },
            { system: 'macOS', path: '/Library/Application Support/Mozilla/Certificates' },
            { system: 'Linux', path: '/usr/lib/mozilla/certificates' },
          ],
        },
        { text: 'check' },
      ],
    },
  ],
};

/** A guide as the page shows it. */
export interface ShownGuide {
  readonly system: TrustingSystem;
  readonly name: string;
  readonly parts: readonly {
    readonly heading: string;
    readonly steps: readonly {
      readonly text: string;
      readonly code: string | null;
      readonly file: { readonly name: string; readonly path: string } | null;
      readonly places: readonly Place[];
    }[];
  }[];
}

/** What the texts of the steps name. */
export interface GuideNames {
  /** The authority's, as lists of certificates show it. */
  readonly authority: string;
  /** SHA-1, as Windows shows it. */
  readonly thumbprint: string;
}

/** All guides in the reader's language. */
export function shownGuides(t: Translate, names: GuideNames): ShownGuide[] {
  return trustingSystems.map((system) => ({
    system,
    name: t(`trust.systems.${system}.name`),
    parts: guides[system].map(({ heading, steps }) => ({
      heading: t(`trust.systems.${system}.headings.${heading}`),
      steps: steps.map(({ text, code, file, places }) => ({
        text: t(`trust.systems.${system}.steps.${text}`, { ...names }),
        code: code ?? null,
        places: places ?? [],
        file: file === undefined ? null : { name: trustFiles[file], path: `/trust/${trustFiles[file]}` },
      })),
    })),
  }));
}
