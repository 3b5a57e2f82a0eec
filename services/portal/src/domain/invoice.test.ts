import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvoice, type InvoiceParts } from './invoice.ts';

const of = { ownerId: 'u1', year: 2026, month: 11 };
const tariff = { currency: 'USD', perDelivery: 4.5, perExpeditedDelivery: 2, perKilogram: 0.3, perMile: 0.75 };

function parts(completed: number, expedited: number, totalWeight: number, traveledMiles: number): InvoiceParts {
  const counts = { requested: completed, completed, cancelled: 0, failed: 0, expedited, completedInTime: 0 };
  return {
    deliveries: { ...of, ...counts },
    packages: { ...of, packages: completed, totalWeight, bySize: { Small: completed, Medium: 0, Large: 0 } },
    utilization: { ...of, traveledMiles, assignedHours: 1, missions: completed },
  };
}

test('a month without deliveries costs nothing', () => {
  const invoice = createInvoice(of, parts(0, 0, 0, 0), tariff);
  assert.equal(invoice.total, 0);
  assert.ok(invoice.lines.every(({ amount, quantity }) => amount === 0 && quantity === 0));
});

test('amounts follow from the printed quantities, the total from the printed amounts', () => {
  const invoice = createInvoice(of, parts(3, 1, 10.004, 12.3456), tariff);
  assert.deepEqual(
    invoice.lines.map(({ quantity, unit, unitPrice, amount }) => [quantity, unit, unitPrice, amount]),
    [
      [3, 'delivery', 4.5, 13.5],
      [1, 'delivery', 2, 2],
      [10, 'kg', 0.3, 3],
      [12.35, 'mile', 0.75, 9.26],
    ],
  );
  assert.equal(invoice.total, 27.76);
  assert.equal(invoice.currency, 'USD');
});

test('half a cent goes up, and sums have no binary residue', () => {
  assert.equal(createInvoice(of, parts(0, 0, 1, 0), { ...tariff, perKilogram: 1.005 }).total, 1.01);
  assert.equal(
    createInvoice(of, parts(1, 1, 0, 0), { ...tariff, perDelivery: 0.1, perExpeditedDelivery: 0.2 }).total,
    0.3,
  );
});
