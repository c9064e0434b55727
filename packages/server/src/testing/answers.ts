/**
 * What an API answered, held against its OpenAPI document, for tests.
 *
 * Promises: an answer has exactly the shape that its operation says; a property that no schema names is a fault too.
 *
 * @module
 */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Answers {
  /** The global fetch, which remembers what each operation answered last. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Operations that were never asked, such as `get /api/bank`. */
  unasked(): string[];
  /** What in the answers is not as the document says. */
  faults(): string[];
}

export function rememberAnswers(document: OpenApi): Answers {
  const answered = new Map<string, { readonly status: number; readonly body: unknown }>();
  const operations = Object.entries(document.paths)
    // What is written out is not meant by a pattern: the newest offers are no offer.
    .sort(([a], [b]) => Number(a.includes('{id}')) - Number(b.includes('{id}')))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${path}`,
        address: new RegExp(`^${method} ${path.replace('{id}', '[^/]+')}$`),
        operation,
      })),
    );
  return {
    async fetch(url, init) {
      const response = await fetch(url, init);
      const asked = `${init.method?.toLowerCase()} ${new URL(url).pathname}`;
      const { name } = operations.find(({ address }) => address.test(asked)) ?? { name: asked };
      answered.set(name, { status: response.status, body: await response.clone().json() });
      return response;
    },
    unasked: () => operations.map(({ name }) => name).filter((name) => !answered.has(name)),
    faults: () =>
      [...answered].flatMap(([name, { status, body }]) => {
        const operation = operations.find((each) => each.name === name)?.operation;
        if (operation === undefined) return [`${name} is not in the document`];
        const response = operation.responses[String(status)] ?? operation.responses['default'];
        const [content] = Object.values(response?.content ?? {});
        return faultsOf(document, body, content?.schema ?? {}, operation.operationId);
      }),
  };
}

function faultsOf(document: OpenApi, value: unknown, written: Schema, at: string): string[] {
  const inside = (item: unknown, schema: Schema, name: string) => faultsOf(document, item, schema, name);
  const schema = wholeOf(document, written);
  if (schema.anyOf !== undefined) {
    const tried = schema.anyOf.map((each) => inside(value, each, at));
    return tried.some((list) => list.length === 0) ? [] : tried.flat();
  }
  const actual =
    value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const allowed = [schema.type ?? []].flat();
  if (!allowed.includes(actual) && !(actual === 'integer' && allowed.includes('number')))
    return [`${at} is ${actual}, not ${allowed.join(' or ')}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(item, schema.items ?? {}, `${at}[${index}]`));
  if (actual !== 'object') return [];
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value as object, name))
    .map((name) => `${at}.${name} is missing`);
  const wrong = Object.entries(value as object).flatMap(([name, item]) => {
    const known = schema.properties?.[name];
    if (known !== undefined) return inside(item, known, `${at}.${name}`);
    if (typeof schema.additionalProperties === 'object') {
      const { additionalProperties } = schema;
      return Object.keys(additionalProperties).length === 0 ? [] : inside(item, additionalProperties, `${at}.${name}`);
    }
    return [`${at}.${name} is not in the schema`];
  });
  return [...missing, ...wrong];
}

/** A schema with what it refers to and what it is made of. */
function wholeOf(document: OpenApi, schema: Schema): Schema {
  if (schema.$ref !== undefined)
    return wholeOf(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((each) => wholeOf(document, each));
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required }) => required ?? []),
  };
}
