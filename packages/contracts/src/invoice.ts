import Type, { type Static } from 'typebox';
import { Id, strict } from './common.ts';
import { DeliverySummary } from './delivery.ts';
import { DroneUtilization } from './fleet.ts';
import { PackageSummary } from './package.ts';

export const InvoiceLine = strict({
  item: Type.String(),
  quantity: Type.Number({ minimum: 0 }),
  unit: Type.String(),
  /** In the invoice's currency, with two decimals. */
  unitPrice: Type.Number({ minimum: 0 }),
  amount: Type.Number({ minimum: 0 }),
});
export type InvoiceLine = Static<typeof InvoiceLine>;

export const Invoice = strict({
  ownerId: Id,
  year: Type.Integer(),
  month: Type.Integer(),
  deliveries: DeliverySummary,
  packages: PackageSummary,
  utilization: DroneUtilization,
  currency: Type.String(),
  lines: Type.Array(InvoiceLine),
  total: Type.Number({ minimum: 0 }),
});
export type Invoice = Static<typeof Invoice>;
