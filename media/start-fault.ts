/**
 * Something outside the program keeps it from starting: a port in use, a program that is missing. The message is a
 * sentence for the person who started it; the program prints it and ends with exit code 1.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
