/** The documented requests and what their answers must look like, whatever data they are asked of. */
import assert from 'node:assert/strict';

interface Answer {
  readonly data: unknown;
  readonly meta: { readonly batch?: { readonly version?: number }; readonly completeness?: string };
  readonly next?: string | null;
}

const rows = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  assert.ok(Array.isArray(value), `a list was expected, not ${JSON.stringify(value).slice(0, 200)}`);
  return value;
};

export const getJson = async (url: string, path: string): Promise<Answer> => {
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  assert.equal(response.status, 200, `GET ${path}: ${response.status} ${text.slice(0, 300)}`);
  // as: the envelope that every answer has; its parts are checked where they are used
  return JSON.parse(text) as Answer;
};

const statusOf = async (url: string, path: string): Promise<number> => {
  const response = await fetch(`${url}${path}`);
  await response.body?.cancel();
  return response.status;
};

const sortedDown = (values: readonly unknown[]): boolean =>
  values.every((value, at) => at === 0 || Number(values[at - 1]) >= Number(value));

/** Lists, their filters and sorts, and walking from page to page. */
const checkMovies = async (url: string): Promise<void> => {
  const best = await getJson(url, '/movies?genre=Drama&rating_gte=6&sort=rating&desc=true&page_size=20');
  const dramas = rows(best.data);
  assert.ok(dramas.length > 0, 'there are dramas');
  assert.ok(dramas.every(({ genres, rating }) => Array.isArray(genres) && genres.includes('Drama') && Number(rating) >= 6));
  assert.ok(sortedDown(dramas.map(({ rating }) => rating)));
  assert.equal(best.meta.completeness, 'complete');
  assert.equal(typeof best.meta.batch?.version, 'number');

  const seen: unknown[] = [];
  let total: unknown;
  for (let path: string | null = '/movies?page_size=1000&sort=title&count=true'; path !== null;) {
    const page: Answer & { readonly total?: unknown } = await getJson(url, path);
    total ??= page.total;
    seen.push(...rows(page.data).map(({ id }) => id));
    const next: string | null = page.next ?? null;
    path = next === null ? null : next.replace(url, '');
  }
  assert.equal(new Set(seen).size, seen.length, 'no page repeats a movie');
  assert.equal(seen.length, total, 'the pages hold as many movies as are counted');
};

const checkMovie = async (url: string): Promise<void> => {
  const [first] = rows((await getJson(url, '/movies?page_size=1')).data);
  assert.ok(first !== undefined, 'there is a movie');
  const byId = await getJson(url, `/movies/${String(first['id'])}`);
  const byTconst = await getJson(url, `/movies/${String(first['tconst'])}`);
  assert.deepEqual(byId.data, byTconst.data);
  assert.ok(rows((await getJson(url, `/movies/${String(first['id'])}/titles`)).data).length > 0, 'a movie has a title');
  rows((await getJson(url, `/movies/${String(first['id'])}/credits`)).data);
  assert.equal(await statusOf(url, '/movies/tt9999999999'), 404);
};

const checkOthers = async (url: string): Promise<void> => {
  const titles = rows((await getJson(url, '/titles?numVotes_from=1000&page_size=5')).data);
  // The 18 fields of the table, and beside them IMDb's id, three lists and whether it is adult.
  assert.ok(titles.every((title) => Object.keys(title).length === 23 && Number(title['numVotes']) >= 1000));
  assert.ok(rows((await getJson(url, '/genres')).data).length > 5);
  const top = rows((await getJson(url, '/top_movies?limit=5')).data);
  assert.equal(top.length, 5);
  assert.ok(sortedDown(top.map(({ score }) => score)));
  assert.ok(rows((await getJson(url, '/top_movies_by_genre?per_genre=2')).data).length > 5);
  assert.match(JSON.stringify((await getJson(url, '/catalog')).data), /silver\.quarantine/, 'the catalog knows the quarantine');
  for (const path of ['/health', '/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs/'])
    assert.equal(await statusOf(url, path), 200, path);
  assert.equal(await statusOf(url, '/movies?no_such_parameter=1'), 400);
};

/** What needs people: only asked where the data have some. */
export const checkPeople = async (url: string): Promise<void> => {
  const [actor] = rows((await getJson(url, '/top_actors?limit=3')).data);
  assert.ok(actor !== undefined, 'there is an actor');
  const person = await getJson(url, `/people/${String(actor['nconst'])}`);
  assert.deepEqual((person.data as { name?: unknown }).name, actor['name']); // as: a person has a name
  const network = await getJson(url, `/people/${String(actor['nconst'])}/network?limit=5`);
  assert.ok(rows((network.data as { collaborators?: unknown }).collaborators).length > 0, 'somebody works with the actor'); // as: checked by rows
  assert.ok(rows((await getJson(url, '/top_movies/credits?limit=5')).data).length > 0);
};

/** Whatever the data are. */
export const checkRequests = async (url: string): Promise<void> => {
  await checkMovies(url);
  await checkMovie(url);
  await checkOthers(url);
};
