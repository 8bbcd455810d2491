/**
 * Why a letter was not taken. Their texts are `letters.faults.<code>`.
 *
 * Those of the relay hold for every letter: the others wait too. Those of a letter are its own. Either way it is tried
 * again until it is given up, unless the relay refuses it for good.
 */
export const mailFaults = {
  /** There is no relay in the settings. */
  no_relay: 'relay',
  /** The file with the password or with the authority cannot be read. */
  settings_unreadable: 'relay',
  relay_not_found: 'relay',
  relay_unreachable: 'relay',
  relay_silent: 'relay',
  connection_lost: 'relay',
  /** It does not speak as RFC 5321 has it, or wants nothing to do with us. */
  relay_refuses: 'relay',
  no_starttls: 'relay',
  certificate_refused: 'relay',
  tls_failed: 'relay',
  login_needed: 'relay',
  login_not_offered: 'relay',
  login_refused: 'relay',
  sender_refused: 'relay',
  /** Greylisting, a full mailbox: it may be taken later (4xx). */
  recipient_delayed: 'letter',
  letter_delayed: 'letter',
  /** The relay does not pass on to there (5.7.x): its administrator may change that within the day. */
  relaying_refused: 'letter',
  recipient_refused: 'for good',
  letter_refused: 'for good',
} as const satisfies Record<string, 'relay' | 'letter' | 'for good'>;

export type MailFaultCode = keyof typeof mailFaults;

/** A letter was not taken. The message names no address. */
export class MailFault extends Error {
  override readonly name = 'MailFault';
  readonly code: MailFaultCode;
  /** The relay's reply code, `450 4.2.0`; null where it said nothing. */
  readonly reply: string | null;

  constructor(code: MailFaultCode, { reply = null, cause }: { reply?: string | null; cause?: unknown } = {}) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reply = reply;
  }

  /** For the log: nodemailer's and Node's codes, or what is wrong with a file. */
  get reason(): string | null {
    return this.cause instanceof Error ? this.cause.message : null;
  }

  get concerns(): (typeof mailFaults)[MailFaultCode] {
    return mailFaults[this.code];
  }
}

/** What nodemailer's errors have, as far as it is read here. */
interface SmtpError {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly timeoutType?: string;
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EADDRNOTAVAIL']);

/** Answers to AUTH that speak of the login, and not of the command (RFC 4954, section 6). */
const LOGIN_ANSWERS = new Set([432, 454, 534, 535, 538]);

/** What is wrong with the relay's certificate, as OpenSSL (verify(1)) and Node name it. */
const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/;

/** What SMTP's answers and Node's errors mean for the letter. */
export function mailFaultOf(thrown: unknown): MailFault {
  if (thrown instanceof MailFault) return thrown;
  const error = Object(thrown) as SmtpError;
  return new MailFault(codeOf(error), { reply: replyOf(error), cause: stripped(error) });
}

function codeOf(error: SmtpError): MailFaultCode {
  const { command = '', responseCode = 0 } = error;
  return responseCode === 0 || command === 'CONN'
    ? ofConnection(error)
    : ofAnswer(error, command, responseCode);
}

function ofConnection({
  code = '',
  originalCode,
  command,
  timeoutType,
  responseCode,
}: SmtpError): MailFaultCode {
  const cause = originalCode ?? code;
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'login_not_offered';
  // A letter that is larger than the relay says to take.
  if (code === 'EMESSAGE' || code === 'EENVELOPE') return 'letter_refused';
  if (CERTIFICATE.test(cause)) return 'certificate_refused';
  if (command === 'STARTTLS' || code === 'ETLS' || cause.startsWith('ERR_SSL') || cause.startsWith('ERR_TLS'))
    return 'tls_failed';
  if (code === 'EDNS') return 'relay_not_found';
  if (code === 'EPROTOCOL' || responseCode) return 'relay_refuses';
  if (code === 'ETIMEDOUT') return timeoutType === 'CONNECT_TIMEOUT' ? 'relay_unreachable' : 'relay_silent';
  return UNREACHABLE.has(cause) ? 'relay_unreachable' : 'connection_lost';
}

function ofAnswer({ response = '' }: SmtpError, command: string, answer: number): MailFaultCode {
  const isForGood = answer >= 500 && answer !== 503;
  if (answer === 530) return 'login_needed';
  if (command === 'STARTTLS') return 'no_starttls';
  if (command.startsWith('AUTH')) return LOGIN_ANSWERS.has(answer) ? 'login_refused' : 'login_not_offered';
  // 552: it is too large (RFC 1870, section 6.1).
  if (command === 'MAIL FROM') return answer === 552 ? 'letter_refused' : 'sender_refused';
  if (command === 'DATA') return isForGood ? 'letter_refused' : 'letter_delayed';
  if (command !== 'RCPT TO') return 'relay_refuses';
  if (!isForGood) return 'recipient_delayed';
  return enhancedCode(response)?.startsWith('5.7.') ? 'relaying_refused' : 'recipient_refused';
}

function enhancedCode(response: string): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1];
}

function replyOf({ response = '', responseCode }: SmtpError): string | null {
  if (responseCode === undefined || responseCode === 0) return null;
  const enhanced = enhancedCode(response);
  return enhanced === undefined ? String(responseCode) : `${responseCode} ${enhanced}`;
}

/** What may be logged: replies and messages of relays hold addresses. */
function stripped({ code, originalCode, command, timeoutType }: SmtpError): Error {
  return new Error([command, code, originalCode, timeoutType].filter((each) => each !== undefined).join(' '));
}
