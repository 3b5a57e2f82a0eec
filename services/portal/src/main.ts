import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createPortalService } from './service.ts';

await runService({ name: 'portal', readConfig, create: createPortalService });
