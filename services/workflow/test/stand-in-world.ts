import type {
  Delivery,
  DroneDelivery,
  ErrorCode,
  PutDelivery,
  PutDroneDelivery,
  ReplanDelivery,
} from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { delivery as anyDelivery, mission as anyMission } from './requests.ts';

/** What a stand-in does to one call: refuses it with a code, before or after its effect, or goes silent. */
export type Fault =
  | { readonly kind: 'refuse'; readonly code: ErrorCode }
  | { readonly kind: 'refuse-after'; readonly code: ErrorCode }
  | { readonly kind: 'hang' };

export type StandInCall =
  | 'putDelivery'
  | 'getDelivery'
  | 'replanDelivery'
  | 'putDeliveryOutcome'
  | 'recordRefusal'
  | 'putPackage'
  | 'putDroneDelivery'
  | 'getDroneDelivery'
  | 'releaseDroneDelivery';

/**
 * What delivery, package and drone-scheduler would remember, by the rules that the saga relies on. Faults are taken
 * from the script of a call, one a call, or asked of `faultOf`.
 */
export class StandInWorld {
  readonly deliveries = new Map<string, Delivery>();
  readonly packages = new Map<string, string>();
  readonly missions = new Map<string, DroneDelivery>();
  readonly tombstones = new Set<string>();
  readonly refusals: { readonly deliveryId: string; readonly requestId: string; readonly code: string }[] = [];
  /** Every terminal stage that was ever entered: one a delivery, if all is well. */
  readonly endings: { readonly deliveryId: string; readonly stage: string; readonly code: string | undefined }[] = [];
  readonly calls: {
    readonly name: StandInCall;
    readonly deliveryId: string;
    readonly traceparent: string | undefined;
  }[] = [];
  dronesFree = Number.POSITIVE_INFINITY;
  faultOf: (name: StandInCall, id: string) => Fault | undefined = () => undefined;
  readonly #scripts = new Map<StandInCall, Fault[]>();

  script(name: StandInCall, ...faults: readonly Fault[]): void {
    this.#scripts.set(name, [...(this.#scripts.get(name) ?? []), ...faults]);
  }

  forgetScripts(): void {
    this.#scripts.clear();
  }

  takeFault(name: StandInCall, id: string): Fault | undefined {
    return this.#scripts.get(name)?.shift() ?? this.faultOf(name, id);
  }

  timesCalled(name: StandInCall): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  putDelivery(id: string, body: PutDelivery): 201 | 204 {
    const known = this.deliveries.get(id);
    if (known !== undefined) {
      if (isTerminal(known)) throw new AppError('delivery-terminal');
      return 204;
    }
    const { ownerId, dropOff, requestedAt: createdAt, ...rest } = body;
    const owner = { userId: ownerId, accountId: 'acme' };
    this.deliveries.set(id, anyDelivery({ id, owner, dropoff: dropOff, createdAt, ...rest }));
    return 201;
  }

  delivery(id: string): Delivery {
    const known = this.deliveries.get(id);
    if (known === undefined) throw new AppError('not-found', undefined, { retryAfterS: 1 });
    return known;
  }

  replan(id: string, body: ReplanDelivery): Delivery {
    const known = this.delivery(id);
    if (isTerminal(known)) throw new AppError('delivery-terminal');
    if (BigInt(known.requestSequence ?? 0) > BigInt(body.requestSequence)) throw new AppError('plan-superseded');
    const { requestId: _, dropOff, ...plan } = body;
    const changed = { ...known, ...plan, dropoff: dropOff, stage: 'Rescheduled' as const };
    this.deliveries.set(id, changed);
    return changed;
  }

  end(id: string, stage: 'Cancelled' | 'Failed', code: string): Delivery {
    const known =
      this.deliveries.get(id) ?? anyDelivery({ id, owner: null, pickup: null, dropoff: null, parcel: null });
    if (isTerminal(known) && known.stage !== stage) throw new AppError('delivery-terminal');
    if (!isTerminal(known)) this.endings.push({ deliveryId: id, stage, code });
    const ended = { ...known, stage, reason: { code, text: code } };
    this.deliveries.set(id, ended);
    return ended;
  }

  refuse(deliveryId: string, requestId: string, code: string): void {
    this.delivery(deliveryId);
    if (!this.refusals.some((one) => one.requestId === requestId)) this.refusals.push({ deliveryId, requestId, code });
  }

  putPackage(id: string, weight: number): void {
    const known = this.packages.get(id);
    if (known !== undefined && known !== String(weight)) throw new AppError('package-fixed');
    this.packages.set(id, String(weight));
  }

  putMission(id: string, body: PutDroneDelivery): DroneDelivery {
    if (this.tombstones.has(id)) throw new AppError('released');
    const known = this.missions.get(id);
    if (known !== undefined && BigInt(known.requestSequence ?? 0) > BigInt(body.requestSequence)) {
      throw new AppError('plan-superseded');
    }
    if (known?.state === 'EnRouteToDropoff') throw new AppError('parcel-on-board');
    if (known?.state === 'Assigned' && known.requestSequence === body.requestSequence) return known;
    const { requestSequence, ownerId } = body;
    const droneId = known?.droneId ?? this.#takeDrone(id);
    const state = droneId === null ? 'Waiting' : 'Assigned';
    const put = anyMission({ deliveryId: id, ownerId, requestSequence, state, droneId });
    this.missions.set(id, put);
    if (droneId === null) throw new AppError('no-drone-available');
    return put;
  }

  /** The drone has picked the parcel up. */
  flying(id: string): void {
    this.missions.set(id, anyMission({ deliveryId: id, state: 'EnRouteToDropoff' }));
  }

  mission(id: string): DroneDelivery {
    const known = this.missions.get(id);
    if (known === undefined) throw new AppError('not-found');
    return known;
  }

  release(id: string): void {
    const known = this.missions.get(id);
    if (known?.state === 'EnRouteToDropoff') throw new AppError('parcel-on-board');
    if (known?.state === 'Assigned') this.dronesFree++;
    if (known !== undefined) this.missions.set(id, { ...known, state: 'Released', droneId: null });
    this.tombstones.add(id);
  }

  #takeDrone(id: string): string | null {
    if (this.dronesFree <= 0) return null;
    this.dronesFree--;
    return `drone-for-${id}`.slice(0, 128);
  }
}

function isTerminal({ stage }: Delivery): boolean {
  return stage === 'Completed' || stage === 'Cancelled' || stage === 'Failed';
}
