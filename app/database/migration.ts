/** A step of the schema: SQL that runs once, in order. What was released never changes; a correction is a new step. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}
