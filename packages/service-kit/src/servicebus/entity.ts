/** Where messages are received from. */
export type EntityAddress =
  | { readonly queue: string; readonly deadLetters?: boolean }
  | { readonly topic: string; readonly subscription: string; readonly deadLetters?: boolean };

/** For logs and metrics: `orders`, `events/audit`, `orders/$deadletterqueue`. */
export function entityName(address: EntityAddress): string {
  const name = 'queue' in address ? address.queue : `${address.topic}/${address.subscription}`;
  return address.deadLetters === true ? `${name}/$deadletterqueue` : name;
}
