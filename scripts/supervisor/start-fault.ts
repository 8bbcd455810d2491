/** Something keeps the appliance from starting. The message is for the person who started it and says what to do. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
