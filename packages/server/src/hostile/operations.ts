/**
 * The operations of the API as its own document lists them, each with a request that its schema takes, for tests that
 * loop over all of them.
 *
 * @module
 */
import type { Scene } from './scene.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One value of a request that can be another one. */
export interface Field {
  readonly where: 'path' | 'query' | 'header' | 'body';
  readonly name: string;
  /** Whether any text is taken there, and not only one of a closed list or form. */
  readonly open: boolean;
  /** The body with this value in its place; of another field the body as it is. */
  put(value: unknown): unknown;
}

/** An operation, and how it is asked so that only who asks decides. */
export interface Asked {
  readonly name: string;
  readonly method: string;
  /** As the document has it. */
  readonly pattern: string;
  /** Its path with an id of ours in it, or with another text. */
  address(id?: string): string;
  /** What its schema takes, with all that it can hold; `undefined` for a question and for a file. */
  readonly body: unknown;
  readonly fields: readonly Field[];
}

/** What a field of this name holds when it means something. */
const MEANT: Readonly<Record<string, (scene: Scene) => unknown>> = {
  member: () => 'moira',
  memberId: (scene) => scene.moira.memberId,
  personId: (scene) => scene.moira.personId,
  by: (scene) => scene.fiona,
  from: () => 'moira',
  to: () => 'una',
  offer: (scene) => scene.ids['/api/offers'],
  agreement: (scene) => scene.ids['/api/agreements'],
  guest: (scene) => scene.una.memberId,
  email: () => 'una@mail.example',
  handle: () => 'newcomer',
  link: (scene) => `${scene.partner.origin}/invitations/${'s'.repeat(32)}`,
  language: () => 'en',
  category: () => 'garden',
  place: () => 'Dock Street',
  startsAt: () => new Date(Date.now() + 86_400_000).toISOString(),
  endsAt: () => new Date(Date.now() + 90_000_000).toISOString(),
  website: () => 'https://town.example/',
};

const TEXT: Schema = { type: 'string' };
const texts = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, TEXT]));
/** What a browser answers with a passkey. Its form is the standard's, so our own document leaves it open. */
const PASSKEY_ANSWER: Schema = {
  type: 'object',
  properties: {
    ...texts('id', 'rawId', 'type', 'authenticatorAttachment'),
    response: {
      type: 'object',
      properties: texts('clientDataJSON', 'authenticatorData', 'attestationObject', 'signature', 'userHandle'),
    },
    clientExtensionResults: { type: 'object', properties: {} },
  },
};

function whole(document: Document, schema: Schema): Schema {
  if (schema.$ref !== undefined)
    return whole(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => whole(document, part));
  return Object.assign({}, ...parts, { properties: Object.assign({}, ...parts.map(({ properties }) => properties)) });
}

/** A value that the schema takes, with all that it can hold, and the fields in it. */
function made(scene: Scene, document: Document, written: Schema, name: string): { value: unknown; fields: Field[] } {
  const open = whole(document, written);
  const schema = name === 'answer' && open.type === 'object' && !open.properties ? PASSKEY_ANSWER : open;
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) {
    const each = either.map((one) => made(scene, document, one, name));
    return { value: each[0]?.value, fields: each.flatMap(({ fields }) => fields) };
  }
  const type = [schema.type ?? 'string'].flat()[0];
  if (type === 'array') {
    const { value, fields } = made(scene, document, schema.items ?? {}, name);
    return { value: [value], fields: fields.map((field) => ({ ...field, put: (text) => [field.put(text)] })) };
  }
  if (type === 'object') {
    const parts = Object.entries(schema.properties ?? {}).map(([key, part]) => ({
      key,
      ...made(scene, document, part, key),
    }));
    const value = Object.fromEntries(parts.map((part) => [part.key, part.value]));
    const fields = parts.flatMap((part) =>
      part.fields.map((field) => ({
        ...field,
        name: `${part.key}${field.name === part.key ? '' : `.${field.name}`}`,
        put: (text: unknown) => ({ ...value, [part.key]: field.put(text) }),
      })),
    );
    return { value, fields };
  }
  const closed = schema.enum !== undefined || schema.format !== undefined || type !== 'string';
  const field: Field = { where: 'body', name, open: !closed, put: (text) => text };
  if (schema.enum !== undefined) return { value: schema.enum[0], fields: [field] };
  if (type === 'integer' || type === 'number') return { value: Math.max(schema.minimum ?? 1, 1), fields: [field] };
  if (type === 'boolean' || type === 'null') return { value: type === 'null' ? null : true, fields: [field] };
  const dated =
    schema.format === 'date' ? '2026-11-20' : schema.format === 'date-time' ? '2026-12-01T10:00:00Z' : 'Tea';
  return { value: MEANT[name]?.(scene) ?? dated, fields: [field] };
}

function askedBy(scene: Scene, document: Document, pattern: string, method: string, operation: Operation): Asked {
  const { operationId: name, parameters = [], requestBody } = operation;
  const group = Object.keys(scene.ids)
    .filter((prefix) => pattern.startsWith(`${prefix}/{id}`))
    .sort((a, b) => b.length - a.length)[0];
  const schema = requestBody?.content['application/json']?.schema;
  const { value, fields } = schema === undefined ? { value: undefined, fields: [] } : made(scene, document, schema, '');
  const others = parameters.map(
    (each): Field => ({ where: each.in, name: each.name, open: each.in === 'query', put: () => value }),
  );
  const id = scene.ids[group ?? ''] ?? 'x';
  const address = (text = id) => pattern.replace('{id}', text);
  return { name, method, pattern, address, body: value, fields: [...others, ...fields] };
}

/** Every operation, about what is in the scene. */
export async function operationsOf(scene: Scene): Promise<Asked[]> {
  const document = (await scene.town.call('GET', '/api/openapi.json')).body as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      askedBy(scene, document, path, method.toUpperCase(), operation),
    ),
  );
}
