import type { Random } from './random.ts';

/** What a field of a description might be said to be. */
const values = [
  ...[
    '',
    ' ',
    '0',
    '1',
    '-1',
    '5',
    '1e9',
    '9'.repeat(15),
    '9'.repeat(400),
    'NaN',
    'true',
    'FALSE',
    'null',
    '\u{1F600}',
  ],
  ...[
    'PT1M',
    'P1D',
    'PT0S',
    'P',
    'PT',
    '-PT1S',
    'P99999999999D',
    `PT${'9'.repeat(400)}S`,
    'P10675199DT2H48M5.4775807S',
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'Active',
    'Disabled',
    'q',
    't',
    'sb://host/q',
    'sb://host/',
    '../q',
    '//',
  ],
  ...['&lt;', '&amp;#65;', '&#65;', '&#0;', '&#xFFFFFFFF;', '&nope;', '&', ']]>', '<![CDATA[<&]]>', '<a/>', '<!-- -->'],
  ...['x'.repeat(1_100), '\u00E9'.repeat(1_025), '\u202E', 'a\u0000b', '\uFFFF', '\r\n\t'],
] as const;

const fields = [
  ...[
    'LockDuration',
    'MaxSizeInMegabytes',
    'RequiresDuplicateDetection',
    'RequiresSession',
    'DefaultMessageTimeToLive',
  ],
  ...['DeadLetteringOnMessageExpiration', 'DuplicateDetectionHistoryTimeWindow', 'MaxDeliveryCount', 'Status'],
  ...['ForwardTo', 'ForwardDeadLetteredMessagesTo', 'UserMetadata', 'AutoDeleteOnIdle', 'EnablePartitioning'],
  ...[
    'SupportOrdering',
    'CountDetails',
    'MessageCount',
    'MaxMessageCount',
    'constructor',
    '__proto__',
    'x:UserMetadata',
  ],
] as const;

const plausible = [
  ['LockDuration', 'PT30S'],
  ['MaxDeliveryCount', '3'],
  ['RequiresSession', 'true'],
  ['ForwardTo', 't'],
  ['Status', 'SendDisabled'],
  ['AutoDeleteOnIdle', 'PT1H'],
] as const;

const sql = [
  '1=1',
  'a > @p',
  "sys.Label LIKE '%'",
  'a = ',
  '(((',
  '1/0 = 1',
  '[__proto__] = 1',
  "SET a = 'b'",
  'REMOVE a',
];
const types = ['int', 'long', 'double', 'string', 'boolean', 'dateTime', 'guid', 'decimal', 'duration', 'toString', ''];
const filters = [
  'SqlFilter',
  'SqlFilter',
  'TrueFilter',
  'TrueFilter',
  'FalseFilter',
  'CorrelationFilter',
  'OtherFilter',
  'constructor',
  '',
];
const names = ['a', 'b', '$Default', '__proto__', 'constructor', '@p', 'p', '', 'x'.repeat(51), 'x'.repeat(200)];

/** A body for what is asked of the administration: most are descriptions with odd values, some of them broken on top. */
export function hostileBody(random: Random, target: string): Buffer {
  const fitting = /\/rules\//i.test(target) ? rule : /\/subscriptions\/[^/]+\?/i.test(target) ? subscription : entity;
  const text = entry(random.pick([fitting, fitting, fitting, entity, rule, subscription, nothing])(random));
  const broken = random.below(3) === 0 ? random.pick(breakings)(text, random) : text;
  return encoded(broken, random);
}

function entry(description: string): string {
  return `<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">${description}</content></entry>`;
}

function entity(random: Random): string {
  const kind = random.pick(['QueueDescription', 'QueueDescription', 'TopicDescription', 'SubscriptionDescription']);
  return `<${kind}>${some(random, field)}</${kind}>`;
}

function subscription(random: Random): string {
  const described = `<DefaultRuleDescription>${ruleParts(random)}</DefaultRuleDescription>`;
  const first = random.below(2) === 0 ? described : '';
  return `<SubscriptionDescription>${some(random, field)}${first}</SubscriptionDescription>`;
}

function rule(random: Random): string {
  return `<RuleDescription>${ruleParts(random)}</RuleDescription>`;
}

function nothing(random: Random): string {
  return random.pick(['', 'text', '<Other/>', '<QueueDescription/>', '<TopicDescription/>', '<RuleDescription/>']);
}

function ruleParts(random: Random): string {
  const parts = `${expression(random)}${pairs(random, 'Parameters')}${pairs(random, 'Properties')}`;
  const correlation = `<Label>${random.pick(values)}</Label><To i:nil="true"/>`;
  const action = random.below(2) === 0 ? `<Action i:type="SqlRuleAction">${expression(random)}</Action>` : '';
  return `<Filter i:type="${random.pick(filters)}">${parts}${correlation}</Filter>${action}<Name>${random.pick(names)}</Name>`;
}

function expression(random: Random): string {
  return `<SqlExpression>${random.pick(sql).replaceAll('<', '&lt;')}</SqlExpression>`;
}

function pairs(random: Random, name: string): string {
  const pair = () =>
    `<KeyValueOfstringanyType><Key>${random.pick(names)}</Key><Value i:type="d:${random.pick(types)}">${random.pick(values)}</Value></KeyValueOfstringanyType>`;
  return random.below(3) === 0 ? `<${name}>${some(random, pair)}</${name}>` : '';
}

function field(random: Random): string {
  const odd = [random.pick(fields), random.pick(values)] as const;
  const [name, value] = random.pick([odd, ['UserMetadata', random.pick(values)] as const, random.pick(plausible)]);
  return `<${name}>${value}</${name}>`;
}

function some(random: Random, make: (random: Random) => string): string {
  return Array.from({ length: random.below(3) }, () => make(random)).join('');
}

/** Ten entities, each of ten of the one before: a thousand million characters, if anyone took them at their word. */
const laughs = `<!DOCTYPE l [<!ENTITY l0 "lol">${Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join('')}]>`;
const outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>';

const breakings: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) =>
    insertAt(text, random, random.pick(['<', '>', '&', '"', '\0', '</', '<!--', ']]>', '<?x?>', '<a b=c>'])),
  (text, random) => insertAt(text, random, '<d>'.repeat(1 + random.below(3_000))),
  (text, random) => insertAt(text, random, '<e/>'.repeat(random.below(6_000))),
  (text) => text.replace('<content ', `<content huge="${'x'.repeat(200_000)}" `),
  (text) =>
    text.replace('<content ', `<content${Array.from({ length: 5_000 }, (_, index) => ` a${index}="b"`).join('')} `),
  (text) => `${laughs}${text.replace('</content>', '&l9;</content>')}`,
  (text) => `${outside}${text.replace('</content>', '&f;</content>')}`,
  (text, random) => insertAt(text, random, `<${'n'.repeat(100_000)}`),
  (text, random) => insertAt(text, random, ' '.repeat(200_000)),
  (text) => text + text,
];

function insertAt(text: string, random: Random, inserted: string): string {
  const at = random.below(text.length + 1);
  return `${text.slice(0, at)}${inserted}${text.slice(at)}`;
}

function encoded(text: string, random: Random): Buffer {
  if (random.below(8) > 0) return Buffer.from(text);
  const encoding = random.pick(['utf16le', 'latin1'] as const);
  const declared = `<?xml version="1.0" encoding="${encoding}"?>${text}`;
  return random.pick([
    Buffer.from(declared, encoding),
    Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(declared, 'utf16le')]),
    Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(text)]),
    Buffer.concat([Buffer.from(text), Buffer.of(0xc3, 0x28, 0xff)]),
  ]);
}
