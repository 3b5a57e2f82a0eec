import Type from 'typebox';
import { Id, IdParams } from '../common.ts';
import {
  ChangeAccepted,
  CreateDeliveryRequest,
  DeliveryRequestAccepted,
  RescheduleDeliveryRequest,
} from '../delivery-request.ts';
import { operation } from '../operation.ts';
import { only } from './access.ts';

const service = 'ingestion';
const access = only('shipper', 'business-admin');
const errors = ['outcome-unknown', 'business-queue-full', 'queue-full'] as const;
// Other headers pass: a strict object would refuse every request.
const IdempotencyHeaders = Type.Object({ 'idempotency-key': Type.Optional(Id) });

export const ingestionOperations = {
  createDeliveryRequest: operation({
    id: 'createDeliveryRequest',
    service,
    method: 'POST',
    path: '/v1/deliveryrequests',
    summary: 'Request a delivery; 202 once the broker has accepted it',
    public: true,
    access,
    headers: IdempotencyHeaders,
    body: CreateDeliveryRequest,
    responses: { 202: DeliveryRequestAccepted },
    errors,
  }),
  rescheduleDeliveryRequest: operation({
    id: 'rescheduleDeliveryRequest',
    service,
    method: 'PATCH',
    path: '/v1/deliveryrequests/:id',
    summary: 'Ask for another place or time; whether it was possible shows in the delivery and its history',
    public: true,
    access,
    params: IdParams,
    headers: IdempotencyHeaders,
    body: RescheduleDeliveryRequest,
    responses: { 202: ChangeAccepted },
    errors,
  }),
  cancelDeliveryRequest: operation({
    id: 'cancelDeliveryRequest',
    service,
    method: 'DELETE',
    path: '/v1/deliveryrequests/:id',
    summary: 'Ask to cancel; refused once the parcel is on board, which shows in the history',
    public: true,
    access,
    params: IdParams,
    headers: IdempotencyHeaders,
    responses: { 202: ChangeAccepted },
    errors,
  }),
} as const;
