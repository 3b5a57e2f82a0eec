/** An element on its way out; undefined content and children leave it empty. */
export interface XmlNode {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content?: string | readonly XmlNode[];
}

export function writeXml(root: XmlNode): string {
  return `<?xml version="1.0" encoding="utf-8"?>${write(root)}`;
}

function write({ name, attributes = {}, content = '' }: XmlNode): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(value)}"`);
  const inside = typeof content === 'string' ? escapeText(content) : content.map(write).join('');
  return `<${name}${written.join('')}>${inside}</${name}>`;
}

const references: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Characters that XML cannot carry at all become the replacement character. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[<>&"\r]/g, (character) => references[character] ?? '');
}
