/** A file that can't be taken. The message is one line that says what is wrong, and where. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
