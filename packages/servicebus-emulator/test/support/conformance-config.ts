const queue = (name: string, properties: object = {}) => ({
  Name: name,
  Properties: { LockDuration: 'PT1M', MaxDeliveryCount: 10, ...properties },
});

const correlation = (name: string, filter: object) => ({
  Name: name,
  Properties: { FilterType: 'Correlation', CorrelationFilter: filter },
});

const sql = (name: string, filter: string, action?: string) => ({
  Name: name,
  Properties: {
    FilterType: 'Sql',
    SqlFilter: { SqlExpression: filter },
    ...(action === undefined ? {} : { Action: { SqlExpression: action } }),
  },
});

/**
 * Every test has its own entity, so that they can run at the same time. Locks are short enough to wait for; a real
 * namespace, set up with the same names, takes PT5S at least.
 */
export const conformanceConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'conformance',
        Queues: [
          ...['send', 'batch', 'peek', 'delete', 'order', 'credit', 'process', 'large', 'bodies'].map((name) =>
            queue(name),
          ),
          ...['complete', 'abandon', 'defer', 'deadletter', 'schedule', 'cancel', 'management'].map((name) =>
            queue(name),
          ),
          ...['lock-expiry', 'lock-renewal', 'lock-lost'].map((name) => queue(name, { LockDuration: 'PT2S' })),
          queue('poison', { MaxDeliveryCount: 3 }),
          queue('duplicates', { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT1M' }),
          queue('expiring', { DefaultMessageTimeToLive: 'PT1S', DeadLetteringOnMessageExpiration: true }),
          queue('vanishing', { DefaultMessageTimeToLive: 'PT1H', DeadLetteringOnMessageExpiration: false }),
          ...['session-order', 'session-next', 'session-state', 'session-held', 'session-defer', 'session-crowd'].map(
            (name) => queue(name, { RequiresSession: true }),
          ),
          ...['session-wait', 'session-peek', 'session-dead', 'session-refused', 'session-taken'].map((name) =>
            queue(name, { RequiresSession: true }),
          ),
          ...['session-expiry', 'session-renewal'].map((name) =>
            queue(name, { RequiresSession: true, LockDuration: 'PT2S' }),
          ),
          ...[
            'limit-batch',
            'limit-large',
            'limit-properties',
            'processor',
            'processor-renewal',
            'processor-settling',
            'iterator',
          ].map((name) => queue(name, name === 'processor-renewal' ? { LockDuration: 'PT2S' } : {})),
          queue('limit-size', { MaxSizeInMegabytes: 1 }),
          queue('processor-sessions', { RequiresSession: true }),
          queue('no-sessions'),
          queue('forward', { ForwardTo: 'forward-middle' }),
          queue('forward-middle', { ForwardTo: 'forward-end' }),
          queue('forward-end'),
          queue('forward-topic', { ForwardTo: 'forwarded' }),
          queue('forward-dead', { MaxDeliveryCount: 1, ForwardDeadLetteredMessagesTo: 'forward-dead-end' }),
          queue('forward-dead-end'),
          queue('forward-loop', { ForwardTo: 'forward-loop-back' }),
          queue('forward-loop-back', { ForwardTo: 'forward-loop' }),
          queue('forward-sessions', { ForwardTo: 'forward-sessions-end' }),
          queue('forward-sessions-end', { RequiresSession: true }),
          queue('forward-unique', { ForwardTo: 'forward-unique-end' }),
          queue('forward-unique-end', { RequiresDuplicateDetection: true }),
          queue('disabled', { Status: 'Disabled' }),
        ],
        Topics: [
          {
            Name: 'events',
            Properties: { RequiresDuplicateDetection: true },
            Subscriptions: [
              { Name: 'all' },
              {
                Name: 'red',
                Rules: [
                  correlation('subject', { Label: 'red' }),
                  correlation('colour', { Properties: { colour: 'red', depth: 2 } }),
                ],
              },
              { Name: 'sessions', Properties: { RequiresSession: true } },
              { Name: 'dead', Properties: { MaxDeliveryCount: 1 } },
            ],
          },
          {
            Name: 'routed',
            Subscriptions: [
              {
                Name: 'sql',
                Rules: [
                  sql('eu', "region IN ('de', 'fr') AND weight * 2 < 10.5 AND sys.Label LIKE 'order%'"),
                  sql(
                    'heavy',
                    'weight >= 100',
                    "SET sys.Label = 'heavy-' + region; SET weight = weight / 3; REMOVE region",
                  ),
                  sql('other', "NOT region = 'de'", 'SET seen = TRUE'),
                ],
              },
            ],
          },
          { Name: 'open', Subscriptions: [{ Name: 'fresh' }] },
          { Name: 'ruled', Subscriptions: [{ Name: 'worked' }, { Name: 'refusing' }] },
          { Name: 'later', Subscriptions: [{ Name: 'all' }] },
          {
            Name: 'forwarded',
            Subscriptions: [{ Name: 'kept' }, { Name: 'on', Properties: { ForwardTo: 'forward-end' } }],
          },
        ],
      },
    ],
  },
};
