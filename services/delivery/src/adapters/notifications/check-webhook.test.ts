import assert from 'node:assert/strict';
import test from 'node:test';
import { createWebhookCheck } from './check-webhook.ts';
import type { Resolve } from './resolve.ts';

const signal = new AbortController().signal;
const outside: Resolve = async () => ['93.184.215.14'];
const check = (url: string, resolve = outside) => createWebhookCheck({ allowPrivate: false }, resolve)(url, signal);
const checkLocally = (url: string) => createWebhookCheck({ allowPrivate: true }, outside)(url, signal);

test('public addresses are taken, by name and as they are', async () => {
  const urls = [
    ...['https://hooks.example/', 'http://hooks.example/', 'https://hooks.example:443/', 'https://hooks.example:8443/'],
    ...['https://8.8.8.8/', 'https://[2606:4700::1111]/path?query', 'https://hooks.example./'],
  ];
  for (const url of urls) assert.equal(await check(url), undefined, url);
});

test('no spelling of an address leads inside', async () => {
  const hosts = [
    ...['127.0.0.1', '127.1', '127.0.0.1.', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '017700000001'],
    ...[
      '127。0。0。1',
      '１２７.0.0.1',
      '%31%32%37.0.0.1',
      '0',
      '0.0.0.0',
      '10.0.0.1',
      '169.254.169.254',
      '255.255.255.255',
    ],
    ...[
      '[::]',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:10.0.0.1]',
      '[::ffff:a00:1]',
      '[::FFFF:0a00:0001]',
      '[::10.0.0.1]',
    ],
    ...['[64:ff9b::10.0.0.1]', '[64:ff9b:1::a00:1]', '[2002:a00:1::1]', '[fe80::1]', '[fd00::1]', '[ff02::1]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'printer.local', 'delivery.default.svc.cluster.local'],
    ...['metadata.google.internal', 'router.home.arpa'],
  ];
  for (const host of hosts) {
    assert.equal(await check(`https://${host}/`), 'it does not lead to the public internet', host);
  }
});

test('a name leads inside when any of its addresses does', async () => {
  for (const inside of ['10.0.0.1', '::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', 'fe80::1%1', 'no address']) {
    const resolve: Resolve = async () => ['93.184.215.14', inside];
    assert.equal(await check('https://hooks.example/', resolve), 'it does not lead to the public internet', inside);
  }
});

test('a name that does not resolve now may do so tomorrow', async () => {
  const failing: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
  assert.equal(await check('https://hooks.example/', failing), undefined);
});

test('what is not plainly a web address is refused', async () => {
  for (const url of [
    'hooks.example',
    'https://',
    'https://[fe80::1%251]/',
    'https://[::1',
    'https://a b/',
    'http://1.2.3.4.5.6:x/',
  ])
    assert.equal(await check(url), 'it is not a URL', url);
  for (const url of [
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'gopher://hooks.example/',
    'data:,x',
    'javascript:0',
  ])
    assert.equal(await check(url), 'it is neither http nor https', url);
  for (const url of ['https://user@hooks.example/', 'https://:pass@hooks.example/', 'https://10.0.0.1@hooks.example/'])
    assert.equal(await check(url), 'it holds credentials', url);
});

test('ports of other protocols are refused, where a request could be taken for something else', async () => {
  for (const port of [21, 22, 25, 53, 110, 143, 465, 587, 993, 0]) {
    assert.equal(await check(`https://hooks.example:${port}/`), 'its port is not one of the web', `${port}`);
  }
});

test('locally a webhook may lead anywhere, but not be anything', async () => {
  for (const url of ['http://127.0.0.1:22/', 'http://localhost:8080/'])
    assert.equal(await checkLocally(url), undefined);
  assert.equal(await checkLocally('ftp://127.0.0.1/'), 'it is neither http nor https');
  assert.equal(await checkLocally('http://user@127.0.0.1/'), 'it holds credentials');
});
