import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../test/support/random.ts';
import { readXml, XmlError } from './read-xml.ts';
import { writeXml, type XmlNode } from './write-xml.ts';

test('elements, attributes, text, CDATA, comments and references', () => {
  const root = readXml(`\uFEFF<?xml version="1.0" encoding="utf-8"?>
    <!-- first --><p:a xmlns:p="urn:x" one="1 &amp; 2" p:two='"'>x<b/><c k = "v" >&lt;&#65;&#x1F600;</c><![CDATA[<&]]>y</p:a>`);
  assert.equal(root.name, 'a');
  assert.equal(root.text, 'x<&y');
  assert.deepEqual([root.attributes.get('one'), root.attributes.get('two')], ['1 & 2', '"']);
  assert.deepEqual(
    root.children.map(({ name, text, attributes }) => [name, text, attributes.get('k')]),
    [
      ['b', '', undefined],
      ['c', '<A😀', 'v'],
    ],
  );
});

test('what is not such a document is refused', () => {
  const documents = [
    ...['', 'text', '<a>', '<a></b>', '<a/><b/>', '<a/>text', '</a>', '<a b></a>', '<a b=c/>', '<1/>', '< a/>', '<a'],
    ...[
      '<a>&other;</a>',
      '<a>& </a>',
      '<a>&#0;</a>',
      '<a>&#xD800;</a>',
      '<a>&#xDFFF;</a>',
      '<a>&ltx</a>',
      '<a>&;</a>',
      '<a>&#x110000;</a>',
      '<a b="<"/>',
    ],
    ...['<!DOCTYPE a><a/>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<?php x?><a/>', '<a><!-- -- --></a>'],
    ...['<a>'.repeat(17) + '</a>'.repeat(17), `<a>${'<b/>'.repeat(5_000)}</a>`, '\uFEFF'],
  ];
  for (const document of documents) assert.throws(() => readXml(document), XmlError, document.slice(0, 60));
});

test('a mistake is told with what it is', () => {
  const mistakes = {
    '<a><b></b>': 'the element a is not closed',
    '<a><b>': 'the element b is not closed',
    '<a>< b/></a>': 'character 4 cannot be understood',
    '<a></b>': 'b is closed where it is not open',
    '<a b': 'the tag of a does not end',
    '<a>&b;</a>': 'the reference &b; is not known',
    '<a/>b': 'there is text outside of the root',
  };
  for (const [document, message] of Object.entries(mistakes)) assert.throws(() => readXml(document), { message });
});

test('depth and number of elements are bounded', () => {
  assert.equal(readXml(`<a>${'<b/>'.repeat(4_999)}</a>`).children.length, 4_999);
  assert.throws(() => readXml(`<a>${'<b/>'.repeat(5_000)}</a>`), /more than 5000 elements/);
  assert.ok(readXml('<a>'.repeat(16) + '</a>'.repeat(16)));
  assert.throws(() => readXml('<a>'.repeat(17) + '</a>'.repeat(17)), /deeper than 16/);
});

test('references reach as far as there are characters', () => {
  for (const code of [0x9, 0xd7ff, 0xe000, 0x10ffff])
    assert.equal(readXml(`<a>&#${code};&#x${code.toString(16)};</a>`).text, String.fromCodePoint(code, code));
});

test('what is written is read again', () => {
  const content = 'a <b> & "c" \'d\' \n\t é 😀 ]]> \r';
  const node: XmlNode = {
    name: 'root',
    attributes: { key: content },
    content: [{ name: 'empty' }, { name: 'text', content }],
  };
  const root = readXml(writeXml(node));
  assert.equal(root.attributes.get('key'), content);
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['empty', ''],
      ['text', content],
    ],
  );
  assert.equal(readXml(writeXml({ name: 'a', content: 'x\0\u0007\uD800y' })).text, 'x\uFFFD\uFFFD\uFFFDy');
});

test('random texts are read or refused, never more', () => {
  const random = createRandom(7);
  const pieces = [
    '<a>',
    '</a>',
    '<b c="d">',
    '</b>',
    '<e/>',
    'text',
    '&amp;',
    '&#65;',
    '&',
    '<',
    '>',
    '"',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    ' ',
    '<?xml ?>',
    '\0',
  ];
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random.below(8) }, () => random.pick(pieces)).join('');
    try {
      readXml(text);
      read++;
    } catch (error) {
      assert.ok(error instanceof XmlError, `${text}: ${String(error)}`);
    }
  }
  assert.ok(read > 200, `only ${read} were read`);
});
