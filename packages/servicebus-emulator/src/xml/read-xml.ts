/** An element; names are without their prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text that stands directly in it. */
  readonly text: string;
}

/** Text that is no document of the kind that is read here. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const depthMax = 16;
const elementsMax = 5_000;

interface OpenElement {
  readonly tag: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const name = String.raw`[\p{L}_][\p{L}\p{Nd}_.:-]*`;
const attribute = new RegExp(String.raw`\s+(${name})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`, 'uy');
const patterns = {
  open: new RegExp(`<(${name})`, 'uy'),
  openEnd: /\s*(\/?)>/y,
  close: new RegExp(String.raw`</(${name})\s*>`, 'uy'),
  text: /[^<]+/y,
  cdata: /<!\[CDATA\[([\s\S]*?)\]\]>/y,
  skipped: /<!--(?:(?!--)[\s\S])*-->|<\?xml\s[^<>]*\?>/y,
};

/**
 * Reads a small document: elements, attributes, text, CDATA, comments. Document types, other processing instructions
 * and entities of one's own are refused; depth and number of elements are bounded.
 * @throws XmlError
 */
export function readXml(text: string): XmlElement {
  const reader = new Reader(text);
  while (!reader.done) reader.step();
  return reader.result();
}

class Reader {
  readonly #text: string;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #at = 0;
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  result(): XmlElement {
    const missing = this.#open.at(-1);
    if (missing !== undefined) throw new XmlError(`the element ${missing.tag} is not closed`);
    if (this.#root === undefined) throw new XmlError('there is no element');
    return this.#root;
  }

  step(): void {
    if (this.#match(patterns.skipped) !== undefined) return;
    const [text] = this.#match(patterns.text) ?? [];
    const [, cdata] = this.#match(patterns.cdata) ?? [];
    if (text !== undefined) this.#addText(decode(text));
    if (cdata !== undefined) this.#addText(cdata);
    if (text === undefined && cdata === undefined) this.#tag();
  }

  #tag(): void {
    const [, closed] = this.#match(patterns.close) ?? [];
    const [, opened] = closed === undefined ? (this.#match(patterns.open) ?? []) : [];
    if (closed !== undefined) this.#closeElement(closed);
    else if (opened !== undefined) this.#openElement(opened);
    else throw new XmlError(`character ${this.#at + 1} cannot be understood`);
  }

  #openElement(tag: string): void {
    if (this.#open.length >= depthMax) throw new XmlError(`elements are nested deeper than ${depthMax}`);
    if (++this.#elements > elementsMax) throw new XmlError(`there are more than ${elementsMax} elements`);
    if (this.#root !== undefined) throw new XmlError('there is more than one root');
    const attributes = this.#attributes();
    const end = this.#match(patterns.openEnd);
    if (end === undefined) throw new XmlError(`the tag of ${tag} does not end`);
    this.#open.push({ tag, name: localName(tag), attributes, children: [], text: '' });
    if (end[1] === '/') this.#closeElement(tag);
  }

  #attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>();
    for (let found = this.#match(attribute); found !== undefined; found = this.#match(attribute)) {
      const [, key = '', double, single] = found;
      attributes.set(localName(key), decode(double ?? single ?? ''));
    }
    return attributes;
  }

  #closeElement(tag: string): void {
    const element = this.#open.pop();
    if (element?.tag !== tag) throw new XmlError(`${tag} is closed where it is not open`);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #addText(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
    // White space there is, and a byte order mark, which counts as such.
    else if (text.trim() !== '') throw new XmlError('there is text outside of the root');
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = pattern.lastIndex;
    return match;
  }
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&([^;&]{0,10};?)/g, (whole, body: string) => {
    const decoded = body.endsWith(';') ? decodeReference(body.slice(0, -1)) : undefined;
    if (decoded === undefined) throw new XmlError(`the reference ${whole} is not known`);
    return decoded;
  });
}

function decodeReference(reference: string): string | undefined {
  if (Object.hasOwn(entities, reference)) return entities[reference];
  const [, hexadecimal, decimal] = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(reference) ?? [];
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return valid ? String.fromCodePoint(code) : undefined;
}
