import type { Operation } from '../operation.ts';
import { accountOperations } from './account.ts';
import { deliveryOperations } from './delivery.ts';
import { droneSchedulerOperations } from './drone-scheduler.ts';
import { ingestionOperations } from './ingestion.ts';
import { packageOperations } from './package.ts';
import { portalOperations } from './portal.ts';
import { supervisorOperations } from './supervisor.ts';

/** Every HTTP operation of the system by its id. */
export const operations = {
  ...accountOperations,
  ...ingestionOperations,
  ...deliveryOperations,
  ...packageOperations,
  ...droneSchedulerOperations,
  ...supervisorOperations,
  ...portalOperations,
} as const;

export const allOperations: readonly Operation[] = Object.values(operations);

/** The edge's route table: what the world may reach, and which service answers. */
export const edgeRoutes: readonly Operation[] = allOperations.filter((operation) => operation.public);
