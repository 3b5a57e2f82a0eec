import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createDroneSchedulerService } from './service.ts';

await runService({ name: 'drone-scheduler', readConfig, create: (config) => createDroneSchedulerService(config) });
