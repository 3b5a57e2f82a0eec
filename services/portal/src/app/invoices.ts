import type { DeliverySummary, DroneUtilization, Invoice, PackageSummary } from '@dronedelivery/contracts';
import { createInvoice, type Tariff } from '../domain/invoice.ts';

export interface Month {
  readonly businessId: string;
  readonly ownerId: string;
  readonly year: number;
  readonly month: number;
}

/** Asks one service in the caller's own name: it decides by the caller's token what may be seen. */
export type ReadMonth<T> = (month: Month, authorization: string, signal: AbortSignal) => Promise<T>;

export interface MonthReaders {
  readonly deliveries: ReadMonth<DeliverySummary>;
  readonly packages: ReadMonth<PackageSummary>;
  readonly utilization: ReadMonth<DroneUtilization>;
}

/** Gathers one invoice from three services at once; the first that fails ends the wait for the others. */
export async function gatherInvoice(
  readers: MonthReaders,
  tariff: Tariff,
  month: Month,
  { authorization, signal }: { readonly authorization: string; readonly signal: AbortSignal },
): Promise<Invoice> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const read = <T>(reader: ReadMonth<T>) => reader(month, authorization, either);
  try {
    const [deliveries, packages, utilization] = await Promise.all([
      read(readers.deliveries),
      read(readers.packages),
      read(readers.utilization),
    ]);
    return createInvoice(month, { deliveries, packages, utilization }, tariff);
  } finally {
    failed.abort();
  }
}
