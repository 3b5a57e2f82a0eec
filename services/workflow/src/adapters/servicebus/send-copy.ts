import { queues } from '@dronedelivery/contracts';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import type { ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { SendCopy } from '../../app/ports.ts';
import { toMessage } from './request-message.ts';

const attemptsMax = 4;
const attemptTimeoutMs = 5000;
const pauseMs = 500;

/**
 * Sends copies of requests. A copy that the broker does not take is tried again for a while, its id being the same:
 * giving up would hand the original back and spend its delivery count.
 */
export function createSendCopy(bus: ServiceBus, clock: Clock): SendCopy {
  const sender = bus.sender(queues.deliveryRequests);
  return async (copy) => {
    const message = toMessage(copy);
    for (let attempt = 1; ; attempt++) {
      try {
        return await sender.send(message, { timeoutMs: attemptTimeoutMs });
      } catch (error) {
        if (attempt >= attemptsMax) throw error;
        await pause(clock, pauseMs * attempt);
      }
    }
  };
}
