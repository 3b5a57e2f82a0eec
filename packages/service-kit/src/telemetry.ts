import { type Attributes, metrics } from '@opentelemetry/api';

const scope = 'drone-delivery';

/** Counts events; costs next to nothing while no telemetry SDK runs. Names have dots: `deliveries.completed`. */
export function counter(name: string, description: string): (count?: number, attributes?: Attributes) => void {
  const instrument = metrics.getMeter(scope).createCounter(name, { description });
  return (count = 1, attributes = {}) => instrument.add(count, attributes);
}

/** Records how values are spread; the unit is UCUM's, as `ms` or `By`. */
export function histogram(
  name: string,
  description: string,
  unit: string,
): (value: number, attributes?: Attributes) => void {
  const instrument = metrics.getMeter(scope).createHistogram(name, { description, unit });
  return (value, attributes = {}) => instrument.record(value, attributes);
}
