/** What is to become of a message. */
export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'defer' }
  | { readonly kind: 'deadLetter'; readonly reason: string; readonly description: string };

const reasonLengthMax = 256;
const descriptionLengthMax = 2048;

/** It is done with. */
export const complete: Settlement = { kind: 'complete' };
/** Delivered again at once, with its delivery count raised: for crashes, not for waiting. */
export const abandon: Settlement = { kind: 'abandon' };
/** Stays where it is, and is received by its sequence number alone. */
export const defer: Settlement = { kind: 'defer' };

/** Goes to the dead letters; both texts are cut to what the broker takes. */
export function deadLetter(reason: string, description: string): Settlement {
  return {
    kind: 'deadLetter',
    reason: reason.slice(0, reasonLengthMax),
    description: description.slice(0, descriptionLengthMax),
  };
}
