/** Texts that people type, by where. */
export interface Words {
  readonly name?: string;
  readonly subject?: string;
}
