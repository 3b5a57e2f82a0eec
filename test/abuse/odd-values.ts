const long = 'x'.repeat(70_000);

/** What no field expects, or expects at its very edge. */
export const oddValues: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 63, 1e21],
  ...['', ' ', '\t\n', '0', '-1', 'true', 'null', 'undefined', 'NaN', 'Infinity', '1e400', '0x10'],
  ...['x'.repeat(128), 'x'.repeat(129), long, '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u0301\u200b', '\u0000', '\u202e', '\ud800', '\uffff', '٣'],
  ...["'; DROP TABLE deliveries; --", '../../etc/passwd', '%2e%2e%2f', '<script>', '{{7*7}}', '\r\nx-evil: 1'],
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString'],
  ...['2026-01-01', '2026-01-01T10:00:00', '2026-13-45T99:99:99Z', '2026-02-30T10:00:00Z', '2016-12-31T23:59:60Z'],
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59-23:59'],
  ...['2026-01-01T10:00:00.123456789123456789Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z'],
  ...['90,180', '-90,-180', '91,181', 'NaN,NaN', '1,2,3', '0,0', ' 1 , 2 '],
  ...['http://127.0.0.1/', 'https://[::1]/', 'http://user:pass@example.com:99999/', 'javascript:alert(1)', 'https://'],
  ...[[], {}, [[]], [null], [{}], { length: 1 }, { toString: 1 }, { valueOf: 1 }, { $ne: null }, { toJSON: 'x' }],
  { latitude: 90, longitude: 180, altitude: 500 },
  { latitude: -90, longitude: -180 },
  { latitude: 0, longitude: 0 },
  Array.from({ length: 600 }, (_, index) => index),
];

export const oddKeys = [
  'surprise',
  'constructor',
  '__proto__',
  'prototype',
  '',
  'x'.repeat(5000),
  '\u0000',
  '$where',
  'ID',
];

/** As they stand in a path, some of them encoded, some not well. */
export const oddSegments = [
  ...['%2f', '..%2f..', 'a%2Fb', '%5c', '.', '..', '%2e%2e', '%00', '%20', '%zz', '%', '%ff%fe', '%25', '%252f'],
  ...['%F0%9F%98%80', '__proto__', 'constructor', 'x'.repeat(129), 'x'.repeat(1100), 'x'.repeat(5000), 'a;b', 'a//b'],
  ...['', '*', "'", '%27%20OR%201=1', '-', '~', '.hidden', 'NaN', '1e3', '9'.repeat(20), '9'.repeat(25), 'a:b', '@'],
  ...['a%3Fb', 'a#b', 'summary', 'events', 'utilization', '%0d%0ax-evil:%201', '18446744073709551616', '-1', '0'],
] as const;

export const oddQueries = [
  ...['limit=0', 'limit=-1', 'limit=1e2', 'limit=NaN', 'limit=9'.padEnd(30, '9'), 'limit=1&limit=2', 'limit=', 'limit'],
  ...['cursor=', 'cursor=garbage', 'cursor=%00', 'cursor=__proto__', `cursor=${'A'.repeat(512)}`, 'cursor=a&cursor=b'],
  ...['unknown=1', '__proto__=1', 'constructor[prototype]=1', 'a[]=1', 'toString=1', '%', '%zz=%zz', '=', '&&&&', '?'],
  ...['year=0&month=13', 'year=2026.5&month=1', 'year=9999&month=12', 'year=2000&month=1', 'year=-1&month=0'],
  ...[
    'year=2026&month=1&ownerId=x',
    'year=2026&month=01',
    'ownerId=',
    'ownerId=%F0%9F%98%80',
    `ownerId=${'x'.repeat(129)}`,
  ],
  ...[
    'stage=None',
    'stage=Completed',
    'state=Idle',
    'state=%00',
    'source=..%2f..',
    'source=a/b/c',
    'source=nobody/knows',
  ],
  ...['source=delivery-requests', 'source=drone-events/delivery', 'droneId=none', 'stationId=none'],
  ...['businessId=', 'businessId=somebody', 'businessId=a&businessId=b', 'x=1&'.repeat(900)],
] as const;

/** Content of cursors, which clients are told not to make themselves. */
export const oddCursors: readonly unknown[] = [
  ...[[], [null], [1], ['x'], ['x', 'y'], ['x', 'y', 'z'], [1e308, 'x'], [{}, []], ['', ''], [[[]]], [-1, null]],
  ...[['\u0000'], ['x'.repeat(300)], ['2026-01-01T00:00:00Z', 'x'], [1.5, 1.5], [true, false], {}, null, 'x', 0],
  { id: 'x', at: 'never' },
  { createdAt: 1e308, id: {} },
];

export const oddHeaders: readonly [Readonly<Record<string, string>>, ...Readonly<Record<string, string>>[]] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/xml' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'APPLICATION/JSON; Charset="UTF-8"' },
  { 'content-type': 'application/json;' },
  { 'content-type': 'application/jsonx' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': '' },
  { 'content-type': ';;;' },
  { 'content-encoding': 'gzip' },
  { accept: 'image/png' },
  { 'accept-encoding': 'nothing;q=-1' },
  { authorization: '' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer a.b.c' },
  { authorization: 'Basic !!!' },
  { authorization: 'Basic OjpvOg==' },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'x'.repeat(129) },
  { 'idempotency-key': '../..' },
  { 'idempotency-key': 'key-1' },
  { 'idempotency-key': '\u00fc' },
  { 'x-request-id': '\u00fc' },
  { 'x-request-id': 'x'.repeat(4000) },
  { 'x-http-method-override': 'DELETE' },
  { 'x-forwarded-for': 'nobody, 999.999.999.999, ::1' },
  { forwarded: 'for=unknown' },
  { traceparent: 'garbage' },
  { traceparent: '00-00000000000000000000000000000000-0000000000000000-ff' },
  { tracestate: '=,=,=' },
  { 'last-event-id': '-1' },
  { 'last-event-id': '\u00fc'.repeat(100) },
  { 'if-none-match': '*' },
  { 'if-match': '"x"' },
  { range: 'bytes=5-1' },
  { expect: '100-continue' },
  { expect: 'the-unexpected' },
  { upgrade: 'websocket', connection: 'upgrade' },
  { connection: 'close' },
  { host: 'elsewhere.example' },
  { host: 'a b' },
  { cookie: 'x='.padEnd(6000, 'y') },
];

export const oddMethods = ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
