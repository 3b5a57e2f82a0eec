import { topics } from '@dronedelivery/contracts';
import { appendOutbox } from '@dronedelivery/service-kit/outbox';
import type { SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { DeliveryChange, NewNotification } from '../../app/ports.ts';
import { isFinal } from '../../domain/stage.ts';
import { changeTopic, endTopic, notificationTopic } from './topics.ts';

const saveState = `
  INSERT INTO in_flight (business_id, id, version, stage, owner_id, mission_id, created_at, changed_at,
    ended_at, confirmation_due_at, next_check_at, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (business_id, id) DO UPDATE SET version = excluded.version, stage = excluded.stage,
    owner_id = excluded.owner_id, mission_id = excluded.mission_id,
    changed_at = excluded.changed_at, ended_at = excluded.ended_at, confirmation_due_at = excluded.confirmation_due_at, next_check_at = excluded.next_check_at, state = excluded.state`;

/** State, history, events and notifications: together or not at all. */
export function saveChange(sql: SqlWriter, change: DeliveryChange): void {
  const { state, tracking, stageEvents, notifications } = change;
  const { businessId, id } = state;
  sql.run(saveState, ...columnsOf(change));
  for (const event of tracking) {
    sql.run(
      'INSERT INTO tracking (business_id, id, sequence, event) VALUES (?, ?, ?, ?)',
      ...[businessId, id, event.sequence, JSON.stringify(event)],
    );
  }
  for (const event of stageEvents) {
    const { traceparent } = event;
    appendOutbox(
      sql,
      {
        entity: topics.deliveryEvents,
        eventId: event.id,
        body: JSON.stringify(event),
        contentType: 'application/cloudevents+json',
        subject: event.type,
        properties: { businessId, deliveryId: id, stage: event.data.stage },
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      change.changedAtMs,
    );
  }
  for (const notification of notifications) insertNotification(sql, notification);
  if (notifications.length > 0) sql.announce(notificationTopic);
  if (isFinal(state.stage)) sql.announce(endTopic);
  sql.announce(changeTopic);
}

function columnsOf(change: DeliveryChange) {
  const { state } = change;
  const hasEnded = isFinal(state.stage);
  return [
    ...[state.businessId, state.id, state.historySequence, state.stage, state.order?.ownerId ?? null],
    ...[hasEnded ? null : (state.mission?.missionId ?? null), state.createdAtMs, change.changedAtMs],
    ...[state.endedAtMs, state.confirmationDueMs, change.nextCheckMs, JSON.stringify(state)],
  ];
}

function insertNotification(sql: SqlWriter, notification: NewNotification): void {
  const { id, key, stage, planRevision, channel, address, webhookSecret, content, createdAtMs } = notification;
  sql.run(
    `INSERT INTO notification (business_id, delivery_id, id, stage, plan_revision, channel, address, webhook_secret,
       content, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...[key.businessId, key.id, id, stage, planRevision, channel, address, webhookSecret, content],
    ...[createdAtMs, createdAtMs],
  );
}
