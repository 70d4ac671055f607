import { z } from "zod";
import type { Json, JsonObject } from "#core";
import type { Operation, QueryParameter } from "./operation.ts";
import { operations } from "./operations.ts";
import { answers, bodies } from "./schemas.ts";

/** The API in OpenAPI 3.1, printed from its operations and schemas. `server`: where it is reached. */
export function openApiDocument(version: string, server: string): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Vivarium",
      version,
      description: "Repositories, releases, accounts and tokens. Refusals are problem documents (RFC 9457).",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: server }],
    security: [{}, { basic: [] }, { bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: schemasOf(),
      securitySchemes: {
        basic: {
          type: "http",
          scheme: "basic",
          description: "A user name and password, or `__token__` and a token",
        },
        bearer: { type: "http", scheme: "bearer", description: "A token" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "vivarium_session",
          description:
            "A browser's session, for the pages of the server itself: what changes something is sent with `X-Vivarium-UI: 1`. Over HTTPS the name begins with `__Host-` or `__Secure-`",
        },
      },
    },
  };
}

function describe(operation: Operation): JsonObject {
  const { answer } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: [
      ...[...operation.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string" },
      })),
      ...operation.query.map(describeQuery),
    ],
    ...(operation.body.length === 0 ? {} : { requestBody: describeBody(operation.body) }),
    ...(operation.upload === null ? {} : { requestBody: { required: true, content: { [operation.upload]: {} } } }),
    responses: {
      [answer.status]: {
        description: answer.status === 204 ? "Done" : answer.status === 201 ? "Made" : "The answer",
        ...(answer.schema === null ? {} : { content: { "application/json": { schema: refTo(answer.schema) } } }),
      },
      default: {
        description:
          operation.refusals.length === 0 ? "Refused" : `Refused; \`code\` may be ${operation.refusals.join(", ")}`,
        content: { "application/problem+json": { schema: refTo("Problem") } },
      },
    },
  };
}

function describeQuery({ name, kind, description }: QueryParameter): JsonObject {
  return { name, in: "query", required: false, description, schema: { type: kind } };
}

function describeBody(names: readonly string[]): JsonObject {
  const [only, another] = names;
  const schema = only !== undefined && another === undefined ? refTo(only) : { anyOf: names.map(refTo) };
  return { required: true, content: { "application/json": { schema } } };
}

function refTo(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** Schemas that stand in others are named there, not repeated. */
function schemasOf(): JsonObject {
  return Object.fromEntries(
    [...Object.entries(printed(bodies, "input")), ...Object.entries(printed(answers, "output"))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    ),
  );
}

function printed(named: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    target: "draft-2020-12",
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // The format says it; zod's pattern for it is longer than everything else together.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  return JSON.parse(
    JSON.stringify(schemas, (key, value: unknown) => (key === "$schema" || key === "$id" ? undefined : value)),
  ) as JsonObject;
}
