import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readSupervisorConfig } from './supervisor-config.ts';
import { createSupervisorService } from './supervisor-service.ts';

await runService({ name: 'supervisor', readConfig: readSupervisorConfig, create: createSupervisorService });
