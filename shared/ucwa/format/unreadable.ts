/** Thrown within the parsers for a part that is not what UCWA promises; its catcher keeps the raw text. Never leaves `ucwa/`. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  /** @param problem a sentence for a person. */
  constructor(
    readonly problem: string,
    readonly raw: string,
  ) {
    super(problem);
  }
}
