/** The truth value that a text writes, in any letter case; undefined for any other text. */
export function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  // A table of the two words would also know what every object inherits, such as `constructor`.
  return lower === 'true' || (lower === 'false' ? false : undefined);
}
