import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** adjtimex(2) by architecture, as Node calls them. */
const SYSCALL: Readonly<Record<string, number>> = { x64: 159, arm64: 171 };

/** STA_UNSYNC of `struct timex`: nobody has compared the clock with another one for some time. */
const UNSYNCHRONISED = 0x40;

/**
 * Asks the kernel whether anything keeps its clock right. Whatever does (timesyncd, chrony, ntpd) tells it so, and it
 * knows within a container as well. Node cannot ask; Perl can, and every Debian has it.
 *
 * @returns null when it cannot be found out.
 */
export async function isClockKept(signal: AbortSignal): Promise<boolean | null> {
  return (await askKernel(signal)) ?? (await askSystemd(signal));
}

async function askKernel(signal: AbortSignal): Promise<boolean | null> {
  const number = SYSCALL[process.arch];
  if (number === undefined) return null;
  // With `modes` 0 nothing is set. `status` is behind modes, offset, freq, maxerror and esterror, each of 8 bytes.
  const program = `my $t = "\\0" x 256; print syscall(${number}, $t) < 0 ? "" : unpack("x40 i", $t)`;
  const answer = await output('perl', ['-e', program], signal);
  return answer === null || !/^\d+$/.test(answer) ? null : (Number(answer) & UNSYNCHRONISED) === 0;
}

async function askSystemd(signal: AbortSignal): Promise<boolean | null> {
  const answer = await output('timedatectl', ['show', '--property=NTPSynchronized', '--value'], signal);
  return answer === 'yes' ? true : answer === 'no' ? false : null;
}

async function output(file: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  return run(file, args, { signal }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}
