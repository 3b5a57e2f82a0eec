import { SqlEvaluationError } from './sql-error.ts';

/** A pattern taken apart: text to be found as it is, `_` and `%`. */
type Part = string | typeof one | typeof many;

const one = Symbol('any single character');
const many = Symbol('any characters');

/**
 * Whether the text matches the pattern: `%` stands for any characters, `_` for one. At most text × pattern steps,
 * where a regular expression made from the pattern could take for ever.
 * @throws SqlEvaluationError when the escape character is not one, or escapes nothing
 */
export function isLike(text: string, pattern: string, escapeCharacter: string | undefined): boolean {
  const characters = [...text];
  const parts = takeApart(pattern, escapeCharacter);
  let [at, partAt, manyAt, retryAt] = [0, 0, -1, 0];
  while (at < characters.length) {
    const part = parts[partAt];
    if (part === many) [manyAt, retryAt] = [partAt++, at];
    else if (part === one || part === characters[at]) [at, partAt] = [at + 1, partAt + 1];
    else if (manyAt >= 0) [at, partAt] = [++retryAt, manyAt + 1];
    else return false;
  }
  return parts.slice(partAt).every((part) => part === many);
}

function takeApart(pattern: string, escapeCharacter: string | undefined): Part[] {
  if (escapeCharacter !== undefined && [...escapeCharacter].length !== 1)
    throw new SqlEvaluationError(`The escape character '${escapeCharacter}' is not one character.`);
  const parts: Part[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped || character !== escapeCharacter) parts.push(escaped ? character : partOf(character));
    escaped = !escaped && character === escapeCharacter;
  }
  if (escaped) throw new SqlEvaluationError(`The pattern '${pattern}' ends with its escape character.`);
  return parts;
}

function partOf(character: string): Part {
  if (character === '%') return many;
  return character === '_' ? one : character;
}
