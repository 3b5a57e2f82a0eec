import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createWorkflowService } from './service.ts';

await runService({ name: 'workflow', readConfig, create: createWorkflowService });
