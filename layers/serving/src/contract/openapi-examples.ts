/** Ids in the description's examples: those of titles and people that the served version has, so that what is tried is there. */
import type { Snapshot } from '../merge/snapshot.ts';
import { kindConditions } from '../answers/adult.ts';

export interface ExampleIds {
  readonly title: string | undefined;
  readonly person: string | undefined;
}

/** The most voted film, and whoever acted in most films, or else anybody. */
export const exampleIds = async ({ views }: Pick<Snapshot, 'views'>): Promise<ExampleIds> => {
  const byVotes = [{ column: 'votes', desc: true }];
  const select = { sort: byVotes, limit: 1, columns: ['tconst'] };
  const [film] = await views.titles.list({ where: kindConditions(['movie'], 'exclude'), ...select });
  const [title] = film === undefined ? await views.titles.list({ where: kindConditions(undefined, 'exclude'), ...select }) : [film];
  const [actor] = await views.people.list({
    where: [{ column: 'films', op: 'gte', value: 1 }],
    sort: [{ column: 'films', desc: true }],
    limit: 1,
  });
  const [person] = actor === undefined ? await views.people.list({ where: [], sort: [], limit: 1 }) : [actor];
  return { title: title === undefined ? undefined : String(title.columns[0] ?? title.key), person: person?.key };
};

interface Described {
  readonly paths?: object | undefined;
}

interface Operation {
  readonly parameters?: readonly Record<string, unknown>[];
}

const PARAMETERS: Readonly<Record<string, keyof ExampleIds>> = { 'path id': 'title', 'query movie_id': 'title', 'path nconst': 'person' };

const isArray = ({ schema }: Readonly<Record<string, unknown>>): boolean =>
  typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array';

/** A copy of the description with these ids. One that is not known has no example: a made-up one would be 404. */
export const withExampleIds = <Description extends Described>(description: Description, ids: ExampleIds): Description => {
  const copy = structuredClone(description);
  for (const operations of Object.values(copy.paths ?? {})) {
    // as: what OpenAPI calls a path item
    for (const operation of Object.values(operations as Readonly<Record<string, Operation>>)) {
      const { parameters = [] } = operation;
      for (const parameter of parameters) {
        const kind = PARAMETERS[`${String(parameter['in'])} ${String(parameter['name'])}`];
        if (kind === undefined) continue;
        if (ids[kind] === undefined) delete parameter['example'];
        else parameter['example'] = isArray(parameter) ? [ids[kind]] : ids[kind];
      }
    }
  }
  return copy;
};
