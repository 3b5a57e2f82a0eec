import {
  commonErrors,
  type ErrorCode,
  errorCatalogue,
  type Operation,
  Problem,
  problemMediaType,
} from '@dronedelivery/contracts';
import type { FastifyInstance } from 'fastify';
import type { TObject, TSchema } from 'typebox';

type Json = Readonly<Record<string, unknown>>;

/** Serves the OpenAPI 3.1 document of the registered operations, made at the first request for it. */
export function addOpenApi(fastify: FastifyInstance, name: string, operations: readonly Operation[]): void {
  // As bytes: to encode so long a text for each answer would let a few requests in a row keep the process busy.
  let document: Buffer | undefined;
  fastify.get('/openapi.json', (_request, reply) => {
    document ??= Buffer.from(JSON.stringify(openApiOf(name, operations)));
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
}

export function openApiOf(name: string, operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: { title: `Drone Delivery: ${name}`, version: '1' },
    paths,
    components: {
      schemas: { Problem },
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function describe(operation: Operation): Json {
  const { body, access } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(access.kind === 'anonymous' ? { security: [] } : { security: [{ accessToken: [] }], 'x-roles': access.roles }),
    'x-public': operation.public,
    parameters: [
      ...parametersOf(operation.params, 'path'),
      ...parametersOf(operation.query, 'query'),
      ...parametersOf(operation.headers, 'header'),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [operation.bodyMediaType ?? 'application/json']: { schema: body } },
          },
        }),
    responses: { ...successes(operation), ...failures(operation) },
  };
}

function parametersOf(schema: TObject | undefined, where: 'path' | 'query' | 'header'): readonly Json[] {
  if (schema === undefined) return [];
  const required: readonly string[] = schema.required ?? [];
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }));
}

function successes({ responses, responseMediaType = 'application/json' }: Operation): Json {
  const answers = Object.entries(responses).map(([status, schema]: [string, TSchema | null]) => {
    const content = schema === null ? {} : { content: { [responseMediaType]: { schema } } };
    return [status, { description: schema === null ? 'Done' : 'The answer', ...content }] as const;
  });
  return Object.fromEntries(answers);
}

/** One answer a status: its description names the causes, told apart by the problem's `type`. */
function failures(operation: Operation): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set<ErrorCode>([...commonErrors(operation), ...operation.errors])) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('; '), content },
    ]),
  );
}
