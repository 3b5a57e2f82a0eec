import { AppError } from '@dronedelivery/service-kit/app-error';
import { validationFailed } from '@dronedelivery/service-kit/http';
import type { Executed } from '../../app/execute.ts';
import type { DeliveryRecord } from '../../app/ports.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';

/** The record is not there until the request was taken from the queue: clients ask again. */
export function notFound({ id }: DeliveryKey): AppError {
  return new AppError('not-found', `there is no delivery ${id}, or not yet`, { retryAfterS: 1 });
}

/** The delivery after a command that was carried out, now or before. @throws AppError with the code of a refusal. */
export function acceptedRecord(key: DeliveryKey, { decision, record }: Executed): DeliveryRecord {
  if (decision.kind === 'refused') {
    throw decision.code === 'not-found'
      ? notFound(key)
      : new AppError(decision.code, undefined, { deliveryId: key.id });
  }
  if (record === undefined) throw notFound(key);
  return record;
}

export function badCursor(): AppError {
  return validationFailed([{ in: 'query', path: 'cursor', expected: 'the nextCursor of an answer to the same query' }]);
}
