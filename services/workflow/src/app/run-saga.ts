import type { Answer, Call, Saga } from '../domain/saga.ts';
import type { Dependencies } from './ports.ts';

interface Addressed {
  readonly message: { readonly businessId: string; readonly deliveryId: string };
}

/** Makes the calls that a saga asks for, one after the other, and returns how it ends. */
export async function runSaga<E>(
  saga: Saga<E>,
  request: Addressed,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<E> {
  let step = saga.next();
  while (step.done !== true) step = saga.next(await make(step.value, request, dependencies, signal));
  return step.value;
}

function make(
  call: Call,
  { message }: Addressed,
  { deliveries, packages, scheduler }: Dependencies,
  signal: AbortSignal,
): Promise<Answer> {
  const { businessId } = message;
  const delivery = { businessId, id: message.deliveryId };
  switch (call.name) {
    case 'putDelivery':
      return deliveries.put(delivery, call.body, signal);
    case 'getDelivery':
      return deliveries.get(delivery, signal);
    case 'replanDelivery':
      return deliveries.replan(delivery, call.body, signal);
    case 'putDeliveryOutcome':
      return deliveries.putOutcome(delivery, call.body, signal);
    case 'recordRefusal':
      return deliveries.recordRefusal(delivery, call.body, signal);
    case 'putPackage':
      return packages.put({ businessId, id: call.packageId }, call.body, signal);
    case 'putDroneDelivery':
      return scheduler.put(delivery, call.body, signal);
    case 'getDroneDelivery':
      return scheduler.get(delivery, signal);
    case 'releaseDroneDelivery':
      return scheduler.release(delivery, signal);
  }
}
