import { createHmac } from 'node:crypto';
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { DueNotification, Notify } from '../../app/ports.ts';
import { isPublicAddress } from './address-rules.ts';

export interface WebhookSettings {
  /** For tests and local use: every address may be called. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

export interface WebhookSender extends AsyncDisposable {
  readonly notify: Notify;
}

export type Resolve = typeof lookup;

/**
 * Posts notifications, signed with the subscription's secret. The address is checked where the connection is made, on
 * the very addresses that it is made to: a name that resolves differently the second time gains nothing. Redirects are
 * not followed.
 */
export function createWebhookSender(
  settings: WebhookSettings,
  nowMs: () => number,
  resolve: Resolve = lookup,
): WebhookSender {
  const agent = new Agent({
    connect: { lookup: checkedLookup(settings, resolve), timeout: settings.timeoutMs },
    connections: 4,
    pipelining: 0,
    headersTimeout: settings.timeoutMs,
    bodyTimeout: settings.timeoutMs,
    keepAliveTimeout: 1000,
    maxResponseSize: settings.answerBytesMax,
  });
  return {
    async notify(notification, signal) {
      refuseLiteral(new URL(notification.address), settings);
      const { body, headers } = signed(notification, Math.floor(nowMs() / 1000));
      const options = { method: 'POST', body, headers, dispatcher: agent, signal } as const;
      const answer = await request(notification.address, options);
      // The answer's content means nothing to us: it is read to its bound, so that the connection is free again.
      await answer.body.dump({ limit: settings.answerBytesMax, signal });
      if (answer.statusCode >= 300) throw new Error(`the webhook answered ${answer.statusCode}`);
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** Over `{timestamp}.{body}`, so that an old message cannot be sent again as new. */
function signed({ id, content, webhookSecret }: DueNotification, timestampS: number) {
  const signature = createHmac('sha256', webhookSecret ?? '')
    .update(`${timestampS}.${content}`)
    .digest('hex');
  return {
    body: content,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'drone-delivery-webhook/1',
      'x-notification-id': id,
      'x-notification-timestamp': String(timestampS),
      'x-notification-signature': `sha256=${signature}`,
    },
  };
}

/** Sockets to literal addresses are opened without a look-up. */
function refuseLiteral({ hostname }: URL, { allowPrivate }: WebhookSettings): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !allowPrivate && !isPublicAddress(address)) throw notAllowed(address);
}

function checkedLookup({ allowPrivate }: WebhookSettings, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses: readonly LookupAddress[] = error === null ? found : [];
      const bad = allowPrivate ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      const problem = error ?? (bad === undefined ? null : notAllowed(hostname));
      if (problem !== null || first === undefined) return callback(problem ?? notAllowed(hostname), '', 0);
      if (options.all === true) return callback(null, [...addresses]);
      return callback(null, first.address, first.family);
    });
  };
}

function notAllowed(host: string): Error {
  return new Error(`${host} is not an address of the public internet`);
}
