import { BrokerError } from './broker-error.ts';

/**
 * What a rule or a subscription may be called.
 * @throws BrokerError `argument-invalid`
 */
export function checkShortName(name: string): string {
  if (/^[A-Za-z0-9$][\w.-]{0,49}$/.test(name)) return name;
  const text = `'${name.slice(0, 100)}' is no name: expected 1 to 50 letters, digits, and . - _ inside.`;
  throw new BrokerError('argument-invalid', text);
}
