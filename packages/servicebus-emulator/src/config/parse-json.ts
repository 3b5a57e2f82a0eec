const stringOrComment = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * JSON with comments, and with a byte order mark: the sample that Microsoft publishes for its emulator has comments.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const blank = (found: string) => (found.startsWith('"') ? found : found.replace(/[^\n]/g, ' '));
  return JSON.parse(text.replace(/^\uFEFF/, '').replace(stringOrComment, blank));
}
