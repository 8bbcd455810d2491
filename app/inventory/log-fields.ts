/**
 * Every field of the log, app and media together, and why it says nothing about a person; null for one that does, which
 * a category of personal data then owns as `log.<field>`. A test holds this list to what the programs log.
 */
export const logFields: Readonly<Record<string, string | null>> = {
  level: 'How serious it is.',
  time: 'When it was.',
  msg: 'A sentence that a programmer wrote.',
  requestId: 'A random number of one request.',
  reqId: 'The same, of the media server.',
  pid: 'The number of a process.',
  hostname: 'The name of this machine.',
  'err.type': 'The kind of an error.',
  'err.message': 'A sentence that a programmer wrote; values are left out of it.',
  'err.code': 'The code of an error.',
  'err.stack': 'Where in the programs an error was.',
  'err.cause.type': 'The kind of an error.',
  'err.cause.message': 'A sentence that a programmer wrote; values are left out of it.',
  'err.cause.code': 'The code of an error.',
  'err.cause.stack': 'Where in the programs an error was.',

  method: 'GET, POST and so on.',
  route: 'The pattern of an address, /r/:slug, without what stands in its places.',
  status: 'The status of an answer.',
  durationMs: 'How long an answer took.',
  aborted: 'Whether an answer broke off.',
  address: null,

  letter: null,
  kind: 'The kind of a letter.',
  attempt: 'How often a letter was tried.',
  fault: 'The code of what went wrong with a letter.',
  reply: 'The code that a mail relay answered, without its text.',
  reason: 'What went wrong with a letter, by a word of ours.',

  sha256: 'The fingerprint of the authority of this server.',
  subject: 'The name of the authority of this server.',
  names: 'Host names of this server.',
  endsAt: 'When a certificate of this server ends.',
  daysLeft: 'In how many days that is.',

  rooms: 'How many meetings are going on.',
  workerPid: 'The number of a process.',
  port: 'A port of this server.',
  namespace: 'The part of the media library that reports something.',
};
