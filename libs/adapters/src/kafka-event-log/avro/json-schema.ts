/** As much of JSON Schema as the events' schemas use. A form that is not among these has no Avro schema, which is an error when the program starts. */

export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Form =
  | { readonly form: 'text' | 'number' }
  | { readonly form: 'integer'; readonly isLong: boolean }
  | { readonly form: 'choice'; readonly of: readonly string[] }
  | { readonly form: 'nullable'; readonly of: JsonSchema }
  | { readonly form: 'list'; readonly of: JsonSchema }
  | { readonly form: 'object'; readonly members: readonly Member[] };

export interface Member {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isOptional: boolean;
}

const INT_LIMIT = 2 ** 31;

const unionForm = (branches: readonly JsonSchema[]): Form | undefined => {
  const others = branches.filter(({ type }) => type !== 'null');
  if (others.length < branches.length)
    return { form: 'nullable', of: others.length === 1 && others[0] !== undefined ? others[0] : { anyOf: others } };
  const choices = others.map((branch) => branch.const).filter((one) => typeof one === 'string');
  return choices.length === others.length ? { form: 'choice', of: choices } : undefined;
};

const simpleForm = ({ type, items, properties, required = [], minimum, maximum }: JsonSchema): Form | undefined => {
  if (type === 'string') return { form: 'text' };
  if (type === 'number') return { form: 'number' };
  if (type === 'integer')
    return { form: 'integer', isLong: !(minimum !== undefined && minimum >= -INT_LIMIT && maximum !== undefined && maximum < INT_LIMIT) };
  if (type === 'array' && items !== undefined) return { form: 'list', of: items };
  if (type !== 'object' || properties === undefined) return undefined;
  return {
    form: 'object',
    members: Object.entries(properties).map(([name, schema]) => ({ name, schema, isOptional: !required.includes(name) })),
  };
};

/** @param where for messages. */
export const formOf = (schema: JsonSchema, where: string): Form => {
  const form = schema.anyOf === undefined ? simpleForm(schema) : unionForm(schema.anyOf);
  if (form === undefined) throw new Error(`${where}: this form of schema has no counterpart in Avro: ${JSON.stringify(schema)}`);
  return form;
};
