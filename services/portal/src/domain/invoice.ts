import type { DeliverySummary, DroneUtilization, Invoice, InvoiceLine, PackageSummary } from '@dronedelivery/contracts';

/** Prices in the currency's main unit. */
export interface Tariff {
  readonly currency: string;
  readonly perDelivery: number;
  readonly perExpeditedDelivery: number;
  readonly perKilogram: number;
  readonly perMile: number;
}

export interface InvoiceParts {
  readonly deliveries: DeliverySummary;
  readonly packages: PackageSummary;
  readonly utilization: DroneUtilization;
}

/** Every amount follows from the quantity as it is printed, and the total is the sum of the printed amounts. */
export function createInvoice(
  of: Pick<Invoice, 'ownerId' | 'year' | 'month'>,
  parts: InvoiceParts,
  tariff: Tariff,
): Invoice {
  const { deliveries, packages, utilization } = parts;
  const lines = [
    line('Completed deliveries', deliveries.completed, 'delivery', tariff.perDelivery),
    line('Expedited deliveries', deliveries.expedited, 'delivery', tariff.perExpeditedDelivery),
    line('Parcel weight', packages.totalWeight, 'kg', tariff.perKilogram),
    line('Distance flown', utilization.traveledMiles, 'mile', tariff.perMile),
  ];
  const totalCents = lines.reduce((sum, { amount }) => sum + Math.round(amount * 100), 0);
  const { ownerId, year, month } = of;
  return {
    ownerId,
    year,
    month,
    deliveries,
    packages,
    utilization,
    currency: tariff.currency,
    lines,
    total: totalCents / 100,
  };
}

function line(item: string, exactQuantity: number, unit: string, unitPrice: number): InvoiceLine {
  const quantity = roundToCents(exactQuantity);
  return { item, quantity, unit, unitPrice, amount: roundToCents(quantity * unitPrice) };
}

/** Half a cent goes up although binary fractions may lie just below it. */
function roundToCents(value: number): number {
  return Math.round(value * 100 * (1 + Number.EPSILON)) / 100;
}
