/**
 * Whether a request target is one that the edge and every service behind it read alike. What could be read in two ways
 * (encoded slashes, dot segments, empty segments, control characters, double encoding) is refused rather than mended: no
 * id needs any of it.
 */
export function isPlainTarget(target: string): boolean {
  const [path = ''] = target.split('?', 1);
  if (!visibleAscii.test(target) || !path.startsWith('/') || path.includes('\\') || path.includes('#')) return false;
  if (path === '/') return true;
  return path.slice(1).split('/').every(isPlainSegment);
}

const visibleAscii = /^[\x21-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ambiguous = /[/\\%;\u0000-\u001f\u007f]/;

function isPlainSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false;
  if (!segment.includes('%')) return !segment.includes(';');
  try {
    const decoded = decodeURIComponent(segment);
    return !ambiguous.test(decoded) && decoded !== '.' && decoded !== '..';
  } catch {
    return false;
  }
}
