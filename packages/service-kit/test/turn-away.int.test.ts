import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { operation, problemType } from '@dronedelivery/contracts';
import Type from 'typebox';
import { AppError } from '../src/app-error.ts';
import { createHttpServer, registerOperation, type TurnAway } from '../src/http.ts';
import { silentLogger } from '../src/logger.ts';
import { slow } from './slow-operation.ts';

const write = operation({
  ...slow,
  id: 'write',
  method: 'POST',
  path: '/v1/writes',
  body: Type.Object({ n: Type.Integer() }),
  responses: { 200: Type.Object({ n: Type.Integer() }) },
});

type Piece = string | (() => string);

/** A server that asks `turnAway`; `exchange` sends a piece after each answer, and reads until the other side closes. */
async function startServer(turnAway: TurnAway) {
  const server = createHttpServer({ name: 't', host: '127.0.0.1', port: 0, logger: silentLogger, turnAway });
  registerOperation(server, write, ({ body }) => ({ status: 200, body }));
  const port = Number(new URL(await server.listen()).port);
  const exchange = (...pieces: Piece[]) =>
    new Promise<string>((resolve) => {
      let received = '';
      const send = () => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(typeof piece === 'string' ? piece : piece());
      };
      const socket = connect(port, '127.0.0.1', send);
      socket.on('data', (data) => {
        received += data;
        send();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received));
    });
  return { server, exchange, [Symbol.asyncDispose]: server.close };
}

function post(n: number, ...headers: string[]): string {
  const body = JSON.stringify({ n });
  const head = ['POST /v1/writes HTTP/1.1', 'host: x', 'content-type: application/json', ...headers];
  return `${head.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const refuseOdd: TurnAway = ({ headers }) =>
  headers['x-odd'] === undefined ? undefined : new AppError('too-many-requests', 'odd', { retryAfterS: 6.5 });
const close = 'connection: close';
const statusesOf = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

test('a request that is turned away is told as any other, and its connection goes on', async () => {
  await using one = await startServer(refuseOdd);
  const answer = await one.exchange(post(1, 'x-odd: 1', 'x-request-id: mine') + post(2) + post(3, 'x-odd: 1', close));
  assert.deepEqual(statusesOf(answer), [429, 200, 429]);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /\r\nx-request-id: mine\r\ncontent-type: application\/problem\+json\r\nretry-after: 7\r\n/);
  assert.deepEqual(JSON.parse(body.slice(0, body.indexOf('}') + 1)), {
    type: problemType('too-many-requests'),
    title: 'Too many requests',
    status: 429,
    detail: 'odd',
    instance: '/v1/writes',
    requestId: 'mine',
  });
});

test('a body that comes after the refusal is not taken for the next request', async () => {
  await using one = await startServer(refuseOdd);
  const whole = post(1, 'x-odd: 1');
  const answer = await one.exchange(whole.slice(0, -3), whole.slice(-3) + post(2, close));
  assert.deepEqual(statusesOf(answer), [429, 200]);
});

test('what is ambiguous or has no short body is left to the rules for it', async () => {
  const asked: string[] = [];
  await using one = await startServer((request) => {
    asked.push(request.headers['x-odd'] as string);
    return refuseOdd(request);
  });
  const ambiguous = await one.exchange(post(1, 'x-odd: ambiguous', 'host: y') + post(2));
  assert.deepEqual(statusesOf(ambiguous), [400], 'and what comes behind it is not heard');
  const head = 'POST /v1/writes HTTP/1.1\r\nhost: x\r\nx-odd: endless\r\ncontent-type: application/json';
  const chunked = `${head}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n7\r\n{"n":1}\r\n0\r\n\r\n`;
  assert.deepEqual(statusesOf(await one.exchange(chunked)), [200]);
  const long = `${head}\r\ncontent-length: 70000\r\nconnection: close\r\n\r\n{"n":1}${' '.repeat(69_993)}`;
  assert.deepEqual(statusesOf(await one.exchange(long)), [200]);
  assert.deepEqual(asked, ['ambiguous']);
});

test('whoever still asks while the server closes is served', async () => {
  await using one = await startServer(refuseOdd);
  const whole = post(1, 'x-odd: 1');
  const closed = Promise.withResolvers<void>();
  const answer = await one.exchange(post(2) + whole.slice(0, 40), () => {
    one.server.close().then(closed.resolve, closed.reject);
    return whole.slice(40);
  });
  assert.deepEqual(statusesOf(answer), [200, 200]);
  assert.match(answer.slice(answer.lastIndexOf('HTTP/1.1')), /\r\nconnection: close\r\n/);
  await closed.promise;
});

test('a fault of the question itself is answered, and does not end the process', async () => {
  await using one = await startServer(() => {
    throw new TypeError('a bug');
  });
  const answer = await one.exchange(post(1, close));
  assert.deepEqual(statusesOf(answer), [500]);
  assert.ok(answer.includes(problemType('internal')) && !answer.includes('a bug'), answer);
});
