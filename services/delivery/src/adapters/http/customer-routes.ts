import { randomBytes } from 'node:crypto';
import { type DeliveryStage, type NotifyMeRequest, operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { NewId } from '@dronedelivery/service-kit/ids';
import type { Execute } from '../../app/execute.ts';
import type { CheckWebhook } from '../../app/ports.ts';
import { confirmationView } from '../../app/views.ts';
import type { NotificationTarget } from '../../domain/delivery.ts';
import { acceptedRecord } from './answers.ts';

export interface CustomerRoutesPorts {
  readonly execute: Execute;
  readonly checkWebhook: CheckWebhook;
  readonly newId: NewId;
}

const webhookSecretBytes = 32;

const allStages: readonly DeliveryStage[] = [
  'Created',
  'Rescheduled',
  'HeadedToPickup',
  'HeadedToDropoff',
  'Completed',
  'Cancelled',
  'Failed',
];

export function registerCustomerRoutes(
  server: HttpServer,
  { execute, checkWebhook, newId }: CustomerRoutesPorts,
): void {
  registerOperation(server, operations.confirmDelivery, async (request) => {
    const key = { businessId: request.business(), id: request.params.id };
    const { type, reference, geoCoordinates = null } = request.body;
    const executed = await execute(key, { kind: 'confirm', id: newId(), type, reference, geoCoordinates });
    const { state } = acceptedRecord(key, executed);
    if (state.confirmation === null) throw new AppError('confirmation-not-expected');
    const isFirst = executed.decision.kind === 'applied';
    return { status: isFirst ? 201 : 200, body: confirmationView(state, state.confirmation) };
  });

  registerOperation(server, operations.createNotifyMeRequest, async (request) => {
    const { body, signal } = request;
    const key = { businessId: request.business(), id: request.params.id };
    const problem = body.webhookUrl === undefined ? undefined : await checkWebhook(body.webhookUrl, signal);
    if (problem !== undefined) throw new AppError('webhook-refused', problem);
    const targets = targetsOf(body);
    if (targets.length === 0) throw noChannel();
    const webhookSecret = body.webhookUrl === undefined ? null : randomBytes(webhookSecretBytes).toString('base64url');
    const subscription = { id: newId(), targets, stages: [...(body.stages ?? allStages)], webhookSecret };
    acceptedRecord(key, await execute(key, { kind: 'subscribe', subscription }));
    const { id, stages } = subscription;
    const channels = targets.map(({ channel }) => channel);
    const secret = webhookSecret === null ? {} : { webhookSecret };
    return { status: 201, body: { id, deliveryId: key.id, channels, stages, ...secret } };
  });
}

function targetsOf({ emailAddress, sms, webhookUrl }: NotifyMeRequest): NotificationTarget[] {
  const targets: NotificationTarget[] = [];
  if (emailAddress !== undefined) targets.push({ channel: 'email', address: emailAddress });
  if (sms !== undefined) targets.push({ channel: 'sms', address: sms });
  if (webhookUrl !== undefined) targets.push({ channel: 'webhook', address: webhookUrl });
  return targets;
}

function noChannel(): AppError {
  const expected = 'at least one of emailAddress, sms and webhookUrl';
  return new AppError('validation-failed', undefined, { errors: [{ in: 'body', path: '', expected }] });
}
