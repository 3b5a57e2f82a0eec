import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startPortal } from './portal-fixture.ts';

test('the page and all that it names come from this origin, under a policy that allows nothing else', async () => {
  await using portal = await startPortal();
  const page = await portal.get('/');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  const html = await page.text();
  assert.doesNotMatch(html, /<script(?![^>]*src=)|<style|style=|\son\w+=|https?:\/\//i);
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target ?? '');
  assert.ok(named.length >= 3);
  for (const target of named) assert.equal((await portal.get(target)).status, 200, target);
});

test('every module that the scripts import is served, as a script', async () => {
  await using portal = await startPortal();
  for (const file of readdirSync(path.join(import.meta.dirname, '../src/page')).filter((name) =>
    name.endsWith('.js'),
  )) {
    const response = await portal.get(`/assets/${file}`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/javascript/);
    for (const [, imported] of (await response.text()).matchAll(/from '\.\/([^']+)'/g)) {
      assert.equal((await portal.get(`/assets/${imported}`)).status, 200, `${file} imports ${imported}`);
    }
  }
});

test('a file that is known already is not sent again', async () => {
  await using portal = await startPortal();
  const etag = (await portal.get('/')).headers.get('etag') ?? '';
  const again = await portal.get('/', { 'if-none-match': etag });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
  assert.equal((await portal.get('/', { 'if-none-match': '"other"' })).status, 200);
});

test('nothing but the files of the page can be named', async () => {
  await using portal = await startPortal();
  assert.equal((await portal.get('/assets/nothing.js')).status, 404);
  for (const trick of ['..%2fservice.ts', '.hidden', 'a%00.js', 'constructor', '__proto__']) {
    assert.ok([400, 404].includes((await portal.get(`/assets/${trick}`)).status), trick);
  }
});
