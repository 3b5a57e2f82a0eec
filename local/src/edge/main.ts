import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createEdge } from './edge.ts';

await runService({ name: 'edge', readConfig, create: createEdge });
