import type { XmlElement } from '../../xml/read-xml.ts';

export function child(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find((element) => element.name === name);
}

/** Undefined when the element is not there, or is nil. */
export function textOf(parent: XmlElement, name: string): string | undefined {
  const element = child(parent, name);
  return element?.attributes.get('nil') === 'true' ? undefined : element?.text;
}
