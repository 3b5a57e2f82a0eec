import { Agent, type Dispatcher, request } from 'undici';
import { abortable } from '../abortable.ts';

/** An issuer may be far away, and the handshake counts. */
const agent = new Agent({ connect: { timeout: 3000 } });

/** One request to the issuer of tokens, that ends within the limit also where nobody answers an attempt to connect. */
export function askIssuer(
  url: string,
  {
    timeoutMs,
    ...rest
  }: { readonly timeoutMs: number } & Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
): Promise<Dispatcher.ResponseData> {
  const signal = AbortSignal.timeout(timeoutMs);
  return abortable(request(url, { ...rest, signal, dispatcher: agent }), signal);
}
