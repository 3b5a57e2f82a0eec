/** How many messages a queue holds, by what can be done with them. */
export interface QueueCounts {
  active: number;
  scheduled: number;
  deferred: number;
  deadLettered: number;
}
