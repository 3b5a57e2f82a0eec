import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { subscriptions, topics } from '@dronedelivery/contracts';
import { defaultBrokerConfigFile } from './topology.ts';

interface BrokerConfig {
  readonly UserConfig: {
    readonly Namespaces: readonly [
      {
        readonly Topics: readonly {
          readonly Name: string;
          readonly Subscriptions: readonly { readonly Name: string }[];
        }[];
      },
    ];
  };
}

test('the local broker keeps events for those who read them, and for nobody else: they would only pile up', () => {
  const { UserConfig } = JSON.parse(readFileSync(defaultBrokerConfigFile, 'utf8')) as BrokerConfig;
  const kept = UserConfig.Namespaces[0].Topics.map(({ Name, Subscriptions }) => [
    Name,
    Subscriptions.map((one) => one.Name),
  ]);
  assert.deepEqual(Object.fromEntries(kept), {
    [topics.droneEvents]: [subscriptions.delivery],
    [topics.dronePositions]: [subscriptions.delivery],
    [topics.deliveryEvents]: [],
  });
});
