/** A step's failure that the step itself can explain: what is wrong, and the sentence that says what to do. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  constructor(
    readonly fact: string,
    readonly whatToDo: string,
  ) {
    super(fact);
  }
}
