import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readDeliveryConfig } from './config.ts';
import { createDeliveryService } from './service.ts';

await runService({ name: 'delivery', readConfig: readDeliveryConfig, create: createDeliveryService });
