import { createHmac } from 'node:crypto';
import { isIP, type LookupFunction } from 'node:net';
import { abortable } from '@dronedelivery/service-kit/abortable';
import { Agent, request } from 'undici';
import type { DueNotification, Notify } from '../../app/ports.ts';
import type { Resolve } from './resolve.ts';

export interface WebhookSettings {
  /** Whether an IP address may be called. */
  readonly isAllowed: (address: string) => boolean;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

export interface WebhookSender extends AsyncDisposable {
  readonly notify: Notify;
}

/**
 * Posts notifications, signed with the subscription's secret. The address is checked where the connection is made, on
 * the very addresses that it is made to: a name that resolves differently the second time gains nothing. Redirects are
 * not followed.
 */
export function createWebhookSender(settings: WebhookSettings, nowMs: () => number, resolve: Resolve): WebhookSender {
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
      const answer = await abortable(request(notification.address, options), signal);
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
function refuseLiteral({ hostname }: URL, { isAllowed }: WebhookSettings): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !isAllowed(address)) throw notAllowed(address);
}

function checkedLookup({ isAllowed }: WebhookSettings, resolve: Resolve): LookupFunction {
  const checked = async (hostname: string) => {
    const addresses = await resolve(hostname);
    if (addresses.length === 0 || !addresses.every(isAllowed)) throw notAllowed(hostname);
    return addresses.map((address) => ({ address, family: isIP(address) }));
  };
  return (hostname, options, callback) => {
    const pass = (found: readonly { readonly address: string; readonly family: number }[]) => {
      const [first = { address: '', family: 0 }] = found;
      if (options.all === true) callback(null, [...found]);
      else callback(null, first.address, first.family);
    };
    checked(hostname).then(pass, (error: Error) => callback(error, '', 0));
  };
}

function notAllowed(host: string): Error {
  return new Error(`${host} does not lead to the public internet`);
}
