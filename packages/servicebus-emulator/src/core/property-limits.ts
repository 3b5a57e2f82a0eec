import type { Content } from '../codec/content.ts';
import { sizesOfProperties } from '../codec/properties.ts';
import { BrokerError } from './broker-error.ts';

/** All that comes before a message's body. */
const headBytesMax = 64 * 1024;

/** @throws BrokerError `argument-invalid` when a message has more properties than the service takes */
export function assertPropertiesFit({ annotations, bare }: Content): void {
  if (annotations.length + bare.length <= headBytesMax) return;
  const { system, application } = sizesOfProperties(bare);
  const bytes = annotations.length + system + application;
  if (bytes > headBytesMax)
    throw new BrokerError('argument-invalid', `The properties have ${bytes} bytes; ${headBytesMax} are allowed.`);
}
