import type { Role } from '@dronedelivery/contracts';

/**
 * How an operation keeps businesses apart:
 * `resource`: the path names what belongs to one business; for every other it does not exist.
 * `list`: the answer holds only what is the business's own.
 * `summary`: counts of an owner; one business's owner is to another just an owner without any.
 * `namespace`: every business has ids of its own: writing under another's id touches another thing.
 * `none`: it belongs to no business.
 */
export type Tenancy = 'resource' | 'list' | 'summary' | 'namespace' | 'none';

export interface AccessRule {
  readonly may: 'anybody' | readonly Role[];
  readonly tenancy: Tenancy;
}

const customers = ['shipper', 'business-admin'] as const;
const admin = ['business-admin'] as const;
const operator = ['operator'] as const;
const service = ['service'] as const;
const readers = [...customers, 'operator', 'service'] as const;
const fleet = ['operator', 'drone'] as const;

/** Of calls that name a business with each of their items; tests of the services hold those apart. */
const byItem = { may: service, tenancy: 'none' } as const;

/** Written by hand, apart from the operations: who may do what is decided twice and compared. */
export const accessRules: Readonly<Record<string, AccessRule>> = {
  registerBusiness: { may: 'anybody', tenancy: 'none' },
  issueToken: { may: 'anybody', tenancy: 'none' },
  getJsonWebKeySet: { may: 'anybody', tenancy: 'none' },
  getPage: { may: 'anybody', tenancy: 'none' },
  getPageFile: { may: 'anybody', tenancy: 'none' },

  listBusinesses: { may: operator, tenancy: 'none' },
  getBusiness: { may: [...customers, 'operator'], tenancy: 'resource' },
  patchBusiness: { may: operator, tenancy: 'none' },
  createUser: { may: admin, tenancy: 'namespace' },
  listUsers: { may: [...customers, 'operator'], tenancy: 'list' },
  createClient: { may: admin, tenancy: 'namespace' },
  listClients: { may: ['business-admin', 'operator'], tenancy: 'list' },
  revokeClient: { may: ['business-admin', 'operator'], tenancy: 'resource' },
  createSystemClient: { may: operator, tenancy: 'none' },
  rotateSigningKey: { may: operator, tenancy: 'none' },

  createDeliveryRequest: { may: customers, tenancy: 'namespace' },
  rescheduleDeliveryRequest: { may: customers, tenancy: 'namespace' },
  cancelDeliveryRequest: { may: customers, tenancy: 'namespace' },

  putDelivery: { may: service, tenancy: 'namespace' },
  putDeliveries: byItem,
  replanDelivery: { may: service, tenancy: 'resource' },
  putDeliveryOutcome: { may: service, tenancy: 'namespace' },
  recordRefusal: { may: service, tenancy: 'resource' },
  listDeliveries: { may: readers, tenancy: 'list' },
  getDeliverySummary: { may: readers, tenancy: 'summary' },
  getDelivery: { may: readers, tenancy: 'resource' },
  getDeliveryStatus: { may: readers, tenancy: 'resource' },
  getDeliveryOwner: { may: readers, tenancy: 'resource' },
  watchDelivery: { may: readers, tenancy: 'resource' },
  getDeliveryHistory: { may: readers, tenancy: 'resource' },
  createNotifyMeRequest: { may: customers, tenancy: 'resource' },
  listNotifications: { may: readers, tenancy: 'resource' },
  confirmDelivery: { may: customers, tenancy: 'resource' },

  putPackage: { may: [...customers, 'service'], tenancy: 'namespace' },
  putPackages: byItem,
  getPackage: { may: readers, tenancy: 'resource' },
  patchPackage: { may: customers, tenancy: 'resource' },
  getPackageSummary: { may: readers, tenancy: 'summary' },

  putDroneDelivery: { may: service, tenancy: 'namespace' },
  putDroneDeliveries: byItem,
  releaseDroneDelivery: { may: service, tenancy: 'namespace' },
  getDroneDelivery: { may: service, tenancy: 'resource' },
  listDroneDeliveries: { may: operator, tenancy: 'list' },
  getDroneUtilization: { may: readers, tenancy: 'summary' },
  reportTelemetry: { may: ['drone'], tenancy: 'none' },
  listDrones: { may: fleet, tenancy: 'none' },
  watchFleet: { may: operator, tenancy: 'none' },
  getDrone: { may: fleet, tenancy: 'none' },
  registerDrone: { may: operator, tenancy: 'none' },
  patchDrone: { may: operator, tenancy: 'none' },
  listDroneModels: { may: fleet, tenancy: 'none' },
  putDroneModel: { may: operator, tenancy: 'none' },
  listStations: { may: fleet, tenancy: 'none' },
  putStation: { may: operator, tenancy: 'none' },

  listDeadLetters: { may: operator, tenancy: 'none' },
  getDeadLetter: { may: operator, tenancy: 'none' },
  deleteDeadLetter: { may: operator, tenancy: 'none' },
  replayDeadLetter: { may: operator, tenancy: 'none' },

  getInvoice: { may: [...customers, 'operator'], tenancy: 'summary' },
};
