import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Roster } from './roster.ts';

test('a roster keeps the order of coming, whoever leaves and however often', () => {
  const roster = new Roster<string>();
  const [leaveA, leaveB, leaveC] = ['a', 'b', 'c'].map((item) => roster.add(item)) as [
    () => void,
    () => void,
    () => void,
  ];
  leaveB();
  leaveB();
  assert.deepEqual([roster.toArray(), roster.size, roster.first], [['a', 'c'], 2, 'a']);
  const leaveD = roster.add('d');
  leaveA();
  assert.deepEqual([roster.toArray(), roster.first], [['c', 'd'], 'c']);
  leaveD();
  roster.add('e');
  assert.deepEqual(roster.toArray(), ['c', 'e']);
  leaveC();
  leaveA();
  assert.deepEqual([roster.toArray(), roster.size], [['e'], 1]);
  roster.add('f');
  roster.removeFirst();
  assert.deepEqual([roster.toArray(), roster.size], [['f'], 1]);
});

test('an empty roster has nobody, and takes somebody again', () => {
  const roster = new Roster<string>();
  assert.deepEqual([roster.toArray(), roster.size, roster.first], [[], 0, undefined]);
  roster.removeFirst();
  roster.add('a')();
  assert.deepEqual([roster.toArray(), roster.size, roster.first], [[], 0, undefined]);
  roster.add('b');
  assert.deepEqual([roster.toArray(), roster.size, roster.first], [['b'], 1, 'b']);
});
