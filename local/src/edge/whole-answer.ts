import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Dispatcher } from 'undici';

export interface WholeAnswer {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Buffer;
}

/**
 * @param hold is told the length as soon as it is known, and may refuse the answer.
 * @throws AppError `internal` for an answer over the limit: no operation has one so long.
 */
export async function readWhole(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  method: Dispatcher.HttpMethod,
  bytesMax: number,
  hold: (bytes: number) => void,
): Promise<WholeAnswer> {
  const announced = method === 'HEAD' ? 0 : lengthOf(headers);
  try {
    if (announced !== undefined) hold(atMost(bytesMax, announced));
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes = atMost(bytesMax, bytes + chunk.length);
      chunks.push(chunk);
    }
    if (announced === undefined) hold(bytes);
    return { statusCode, headers, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) };
  } catch (error) {
    // Whatever is still to come of it is of no use to anybody.
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

function lengthOf(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function atMost(bytesMax: number, bytes: number): number {
  if (bytes <= bytesMax) return bytes;
  throw new AppError('internal', undefined, { cause: new Error(`an answer is over ${bytesMax} bytes`) });
}
