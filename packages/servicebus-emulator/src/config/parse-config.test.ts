import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatDuration, parseDuration } from './duration.ts';
import { ConfigError, parseConfig } from './parse-config.ts';

const wrap = (namespace: object, more: object = {}) => ({
  UserConfig: { Namespaces: [{ Name: 'ns', ...namespace }], ...more },
});

function problemsOf(json: unknown): readonly string[] {
  try {
    parseConfig(json);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

test('durations', () => {
  const expected = {
    PT1H: 3_600_000,
    P7D: 604_800_000,
    'P1DT2H3M4.5S': 93_784_500,
    'P10675199DT2H48M5.4775807S': Number.POSITIVE_INFINITY,
    P: undefined,
    PT: undefined,
    P1DT: undefined,
    '1H': undefined,
    'PT-1S': undefined,
    P1M: undefined,
  };
  for (const [text, ms] of Object.entries(expected)) assert.equal(parseDuration(text), ms, text);
});

test('durations are written as they are read', () => {
  const texts = ['PT0S', 'PT1S', 'PT1.5S', 'PT1M30S', 'PT1H', 'P1D', 'P7DT1H2M3.004S', 'P10675199DT2H48M5.4775807S'];
  for (const text of texts) assert.equal(formatDuration(parseDuration(text) ?? -1), text);
});

suite('a configuration', () => {
  test('as Microsoft documents it is read', () => {
    const correlation = { ContentType: 'application/text', Label: 'subject1', Properties: { prop: 'value' } };
    const namespace = parseConfig(
      wrap(
        {
          Queues: [
            {
              Name: 'queue.1',
              Properties: {
                DeadLetteringOnMessageExpiration: true,
                DefaultMessageTimeToLive: 'PT1H',
                DuplicateDetectionHistoryTimeWindow: 'PT20S',
                ForwardDeadLetteredMessagesTo: '',
                ForwardTo: '',
                LockDuration: 'PT30S',
                MaxDeliveryCount: 3,
                RequiresDuplicateDetection: true,
                RequiresSession: false,
              },
            },
          ],
          Topics: [
            {
              Name: 'topic.1',
              Properties: { DefaultMessageTimeToLive: 'PT1H', RequiresDuplicateDetection: false },
              Subscriptions: [
                {
                  Name: 'subscription.1',
                  Rules: [{ Name: 'rule', Properties: { FilterType: 'Correlation', CorrelationFilter: correlation } }],
                },
              ],
            },
          ],
        },
        { Logging: { Type: 'File' } },
      ),
    );
    assert.partialDeepStrictEqual(namespace.queues[0], {
      name: 'queue.1',
      options: {
        deadLetterOnExpiration: true,
        timeToLiveMs: 3_600_000,
        duplicateWindowMs: 20_000,
        lockDurationMs: 30_000,
        maxDeliveryCount: 3,
      },
    });
    const [topic] = namespace.topics;
    assert.equal(topic?.options.duplicateWindowMs, undefined);
    assert.deepEqual(topic?.subscriptions[0]?.rules, [
      {
        name: 'rule',
        filter: {
          kind: 'correlation',
          system: { contentType: 'application/text', label: 'subject1' },
          application: { prop: { type: 'string', text: 'value' } },
        },
      },
    ]);
  });

  test('may have SQL filters and actions', () => {
    const properties = {
      FilterType: 'Sql',
      SqlFilter: { SqlExpression: "sys.MessageId = '123456' AND userProp1 = 'value1'" },
      Action: { SqlExpression: "SET sys.To = 'Entity'" },
    };
    const subscriptions = [{ Name: 'sql', Rules: [{ Name: 'r', Properties: properties }] }, { Name: 'all' }];
    const [topic] = parseConfig(wrap({ Topics: [{ Name: 't', Subscriptions: subscriptions }] })).topics;
    const [sql, all] = topic?.subscriptions ?? [];
    assert.deepEqual(sql?.rules[0], {
      name: 'r',
      filter: { kind: 'sql', expression: properties.SqlFilter.SqlExpression, parameters: {} },
      action: { expression: properties.Action.SqlExpression, parameters: {} },
    });
    assert.deepEqual(all?.rules, [{ name: '$Default', filter: { kind: 'true' } }]);
  });

  test('tells every problem at once, with its path', () => {
    const problems = problemsOf(
      wrap({
        Queues: [
          {
            Name: 'a',
            Properties: { LockDuration: 'PT10M', MaxDeliveryCount: 0, RequiresSession: 1, Colour: 'red' },
          },
          { Name: 'A', Properties: { ForwardTo: 'nowhere', RequiresSession: true, DefaultMessageTimeToLive: 5 } },
          { Properties: [] },
        ],
        Topics: [
          {
            Name: 't',
            Subscriptions: [
              {
                Name: 's',
                Rules: [{ Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: 'a =' } } }],
              },
            ],
          },
        ],
      }),
    );
    const expected = [
      'Queues[0].Properties.Colour: unknown',
      'Queues[0].Properties.RequiresSession: expected true or false',
      'Queues[0].Properties.LockDuration: expected a duration from',
      'Queues[0].Properties.MaxDeliveryCount: expected a whole number from 1',
      "Queues[1]: ForwardTo: there is no queue or topic 'nowhere'",
      'Queues[1]: what requires sessions cannot be forwarded',
      'Queues[1].Properties.DefaultMessageTimeToLive: expected an ISO 8601 duration',
      'Queues[2].Name: expected',
      'Queues[2].Properties: expected an object',
      "Rules[0].Properties: The filter of the rule 'r' cannot be understood: at character 4",
      "the name 'A' is used twice",
    ];
    for (const text of expected)
      assert.ok(
        problems.some((problem) => problem.includes(text)),
        text,
      );
    assert.equal(problems.length, expected.length);
  });

  test('must have one namespace', () => {
    for (const json of [undefined, 5, {}, { UserConfig: {} }, { UserConfig: { Namespaces: [{}, {}] } }])
      assert.ok(problemsOf(json).some((problem) => problem.includes('exactly one namespace')));
    assert.deepEqual(problemsOf(wrap({}, { Logging: { Type: 'Paper' } })).length, 1);
  });
});
