import type { SummaryCounts } from '../../app/ports.ts';

export const noCounts: SummaryCounts = {
  requested: 0,
  completed: 0,
  cancelled: 0,
  failed: 0,
  expedited: 0,
  completedInTime: 0,
};
