import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createSimulator } from './service.ts';

await runService({ name: 'simulator', readConfig, create: (config) => createSimulator(config) });
