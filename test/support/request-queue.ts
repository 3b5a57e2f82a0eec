import {
  type CancelDeliveryMessage,
  type CreateDeliveryMessage,
  type DeliveryRequestMessage,
  messageProperties,
  queues,
  type RescheduleDeliveryMessage,
} from '@dronedelivery/contracts';
import { newId } from '@dronedelivery/service-kit/ids';
import { connectServiceBus, type PeekedMessage, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import type { TestSystem } from './test-system.ts';

export interface SendOptions {
  /** Handed out this much later. */
  readonly inMs?: number;
  /** Place among the changes of its delivery, as a delayed copy carries it; the broker's number when absent. */
  readonly sequence?: number;
  readonly messageId?: string;
  readonly properties?: Readonly<Record<string, string | number>>;
}

interface Requester {
  readonly businessId: string;
  readonly ownerId: string;
}

/** Puts requests on the queue behind ingestion's back, in the order and as often as a race needs them. */
export class RequestQueue implements AsyncDisposable {
  readonly #bus: ServiceBus;
  readonly #demo: Requester;

  private constructor(bus: ServiceBus, demo: Requester) {
    this.#bus = bus;
    this.#demo = demo;
  }

  static async connect({ system }: TestSystem): Promise<RequestQueue> {
    return new RequestQueue(await connectServiceBus({ connectionString: system.connectionString }), system.info.demo);
  }

  /** A small parcel across the town, to be picked up now. */
  create(deliveryId = newId(), plan: Partial<CreateDeliveryMessage['plan']> = {}): CreateDeliveryMessage {
    const nowMs = Date.now();
    return {
      ...this.#addressed(deliveryId),
      kind: 'create',
      ownerId: this.#demo.ownerId,
      plan: {
        pickup: { latitude: 47.6097, longitude: -122.3331 },
        dropOff: { latitude: 47.6205, longitude: -122.3493 },
        pickupTime: new Date(nowMs).toISOString(),
        deadline: new Date(nowMs + 3_600_000).toISOString(),
        ...plan,
      },
      expedited: true,
      confirmationRequired: 'None',
      parcel: { packageId: deliveryId, size: 'Small', weightKg: 1 },
    };
  }

  cancel(deliveryId: string): CancelDeliveryMessage {
    return { ...this.#addressed(deliveryId), kind: 'cancel' };
  }

  reschedule(deliveryId: string, changes: RescheduleDeliveryMessage['changes']): RescheduleDeliveryMessage {
    return { ...this.#addressed(deliveryId), kind: 'reschedule', changes };
  }

  async send(message: DeliveryRequestMessage, options: SendOptions = {}): Promise<void> {
    const { businessId, deliveryId, kind, requestId } = message;
    const names = messageProperties;
    const addressed = { [names.businessId]: businessId, [names.deliveryId]: deliveryId, [names.kind]: kind };
    const { sequence } = options;
    const placed = sequence === undefined ? {} : { [names.originalSequenceNumber]: String(sequence) };
    await this.sendRaw(JSON.stringify(message), {
      messageId: requestId,
      ...options,
      properties: { ...addressed, ...placed, ...options.properties },
    });
  }

  /** Anything at all. */
  async sendRaw(body: string, { inMs, messageId = newId(), properties = {} }: SendOptions = {}): Promise<void> {
    await this.#bus.sender(queues.deliveryRequests).send({
      messageId,
      body,
      properties,
      ...(inMs === undefined ? {} : { scheduledAtMs: Date.now() + inMs }),
    });
  }

  /** What the queue holds for a delivery: to be handled now, later, or being handled. */
  async waiting(deliveryId: string): Promise<readonly PeekedMessage[]> {
    await using browser = this.#bus.browse({ queue: queues.deliveryRequests });
    const found = await browser.peek({ max: 1000 });
    return found.filter(({ properties }) => properties[messageProperties.deliveryId] === deliveryId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bus.close();
  }

  #addressed(deliveryId: string) {
    const requestedAt = new Date().toISOString();
    return {
      schemaVersion: 1 as const,
      businessId: this.#demo.businessId,
      deliveryId,
      requestId: newId(),
      requestedAt,
    };
  }
}
