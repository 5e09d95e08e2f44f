/**
 * A request's parameters, read by the schemas that the API's description shows. Invariant: what a route gets has passed its
 * schemas whole; otherwise the request fails with one problem that names every bad parameter. Pure.
 */
import type { Static, TObject, TSchema } from 'typebox';

import { parameterOf, type Parameter } from './parameter.ts';
import { badRequest, type Fault } from './problem.ts';

/** A parameter that the client gave and that is not its default, in a normal form: equal values have equal texts. */
export interface GivenParameter {
  readonly name: string;
  /** `name=value`, percent-encoded; a repeated parameter's members are sorted. */
  readonly text: string;
}

export interface ReadRequest<P extends TObject, Q extends TObject> {
  readonly params: Static<P>;
  /** With defaults filled in. */
  readonly query: Static<Q>;
  /** Of the query, by ascending name. */
  readonly given: readonly GivenParameter[];
}

/**
 * Faults that a single parameter's schema cannot see. Values that are faulty by themselves are missing from `query`; then `given`, which is to say
 * what is asked for, is `undefined`.
 */
export type CrossCheck<Q extends TObject> = (query: Partial<Static<Q>>, given: readonly GivenParameter[] | undefined) => readonly Fault[];

/** What of the given parameters says the same in other words, brought into one form. */
export type NormalForm<Q extends TObject> = (query: Static<Q>, given: readonly GivenParameter[]) => readonly GivenParameter[];

type Raw = Readonly<Record<string, unknown>>;

const parametersOf = (schema: TObject): ReadonlyMap<string, Parameter> =>
  new Map(Object.entries<TSchema>(schema.properties).map(([name, property]) => [name, parameterOf(name, property)]));

const encode = encodeURIComponent;

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const givenText = ({ name, commas }: Parameter, value: unknown): string => {
  if (!Array.isArray(value)) return `${name}=${encode(String(value))}`;
  const members = value.map((member) => encode(String(member))).toSorted(byText);
  return commas ? `${name}=${members.join(',')}` : members.map((member) => `${name}=${member}`).join('&');
};

const byName = (a: GivenParameter, b: GivenParameter): number => (a.name < b.name ? -1 : 1);

/** Builds the reader of one route's requests. The result throws a `Problem` (400). */
export const requestReader = <P extends TObject, Q extends TObject>(
  paramsSchema: P,
  querySchema: Q,
  crossCheck: CrossCheck<Q> | undefined,
  normalForm: NormalForm<Q> = (_query, given) => given,
): ((rawParams: Raw, rawQuery: Raw) => ReadRequest<P, Q>) => {
  const pathParameters = parametersOf(paramsSchema);
  const queryParameters = parametersOf(querySchema);
  const required = (querySchema.required ?? []).filter((name) => queryParameters.get(name)?.fallback === undefined);
  const defaults: Record<string, unknown> = {};
  const defaultTexts = new Map<string, string>();
  for (const parameter of queryParameters.values()) {
    if (parameter.fallback === undefined) continue;
    defaults[parameter.name] = parameter.fallback;
    defaultTexts.set(parameter.name, givenText(parameter, parameter.fallback));
  }

  return (rawParams, rawQuery) => {
    const faults: Fault[] = [];
    const params: Record<string, unknown> = {};
    for (const [name, parameter] of pathParameters) {
      const reading = parameter.read(rawParams[name]);
      if ('fault' in reading) faults.push({ in: 'path', name, detail: reading.fault });
      else params[name] = reading.value;
    }

    const query: Record<string, unknown> = { ...defaults };
    let given: GivenParameter[] = [];
    for (const name of Object.keys(rawQuery)) {
      const parameter = queryParameters.get(name);
      if (parameter === undefined) {
        faults.push({ in: 'query', name, detail: 'is no parameter of this path' });
        continue;
      }
      const reading = parameter.read(rawQuery[name]);
      if ('fault' in reading) {
        faults.push({ in: 'query', name, detail: reading.fault });
        delete query[name];
      } else {
        query[name] = reading.value;
        const text = givenText(parameter, reading.value);
        if (text !== defaultTexts.get(name)) given.push({ name, text });
      }
    }
    for (const name of required) if (!Object.hasOwn(rawQuery, name)) faults.push({ in: 'query', name, detail: 'is required' });
    const isReadable = faults.length === 0;
    if (isReadable) given = normalForm(query as Static<Q>, given).toSorted(byName); // as: no faults, so every value has passed its schema
    if (crossCheck !== undefined) faults.push(...crossCheck(query as Partial<Static<Q>>, isReadable ? given : undefined)); // as: each value has passed its own schema
    if (faults.length > 0) throw badRequest(faults);
    return { params: params as Static<P>, query: query as Static<Q>, given }; // as: no faults, so every value has passed its schema
  };
};
