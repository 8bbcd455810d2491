/**
 * Something outside the program keeps it from starting: a port in use, a folder that cannot be written. The message
 * is a sentence for the person who started it and says what to do; the program prints it and ends with exit code 1.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
