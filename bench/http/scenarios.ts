/** What is asked for. A sample of 100,000 titles has fewer than a thousand pages of films, so the deepest pages are of titles of all types. */
const FILMS = '/movies';
const ALL_TYPES = '/movies?type=all';
const FILTERED = '/movies?genre=Action&rating_gt=6.5&sort=rating&desc=true';
const DEEP_PAGE = 1000;
/** Enough that no two connections ask for one page at the same time, few enough that a small sample has them. */
const NEIGHBORS = 80;
const DIFFERENT_TITLES = 20_000;
const LARGEST_PAGE = 1000;

export interface Scenario {
  readonly name: string;
  /** The share of the bare route's requests per second that is wanted. */
  readonly wanted: number;
  /** `kept`: the answer lies in the service's memory. `computed`: by a service that keeps no answers, so each one is read and put together. */
  readonly answers: 'kept' | 'computed';
  /** Paths that are asked for in turn. */
  readonly paths: readonly string[];
  /** Name of the scenario at the beginning of the same list: this one should be as fast. */
  readonly deepOf?: string;
}

interface Page {
  readonly data: readonly { readonly tconst: string | null; readonly id: string; readonly name?: string; readonly genre?: string }[];
  readonly next?: string | null;
}

const pathOf = (address: string): string => {
  const { pathname, search } = new URL(address, 'http://127.0.0.1');
  return pathname + search;
};

const get = async (url: string, path: string): Promise<Page> => {
  const response = await fetch(url + path);
  if (response.status !== 200) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Page; // as: the service's own schema says so
};

/** The list's pages from `path` on, as long as there are any. */
async function* walk(url: string, path: string): AsyncIterable<{ readonly path: string; readonly page: Page }> {
  for (let next: string | null | undefined = path; next !== null && next !== undefined;) {
    const page = await get(url, next);
    yield { path: next, page };
    next = typeof page.next === 'string' ? pathOf(page.next) : null;
  }
}

export const listPages = async (url: string, list: string): Promise<readonly string[]> => {
  const paths: string[] = [];
  for await (const { path } of walk(url, list)) if (paths.push(path) === DEEP_PAGE + NEIGHBORS) break;
  return paths;
};

/** The first titles of a list. @param list its address with a query. */
export const listedIds = async (url: string, list: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { page } of walk(url, `${list}&page_size=${LARGEST_PAGE}`)) {
    found.push(...page.data.map(({ id, tconst }) => tconst ?? id));
    if (found.length >= DIFFERENT_TITLES) break;
  }
  return found.slice(0, DIFFERENT_TITLES);
};

export const genreNames = async (url: string): Promise<readonly string[]> => {
  const { data } = await get(url, '/genres');
  return data.flatMap(({ name, genre }) => name ?? genre ?? []);
};

export const filteredLists = async (url: string): Promise<readonly string[]> => {
  const paths: string[] = [];
  for (const genre of await genreNames(url))
    for (const rating of ['5', '5.5', '6', '6.5', '7', '7.5', '8'])
      for (const year of [1950, 1970, 1990, 2010])
        paths.push(`/movies?genre=${encodeURIComponent(genre)}&rating_gte=${rating}&year_from=${year}&sort=rating&desc=true`);
  return paths;
};

const count = (value: number): string => value.toLocaleString('en-US');

/** A page at the beginning of a list and a deep one; the same with their neighbors, so that every answer is another one. */
const listScenarios = async (url: string, name: string, list: string): Promise<readonly Scenario[]> => {
  const pages = await listPages(url, list);
  const deepNumber = Math.min(DEEP_PAGE, pages.length - NEIGHBORS);
  const [first, deep] = [pages[0], pages[deepNumber - 1]];
  if (first === undefined || deep === undefined)
    throw new Error(`the sample is too small: ${list} has ${pages.length} pages, more than ${NEIGHBORS} are needed`);
  const [one, neighbors] = [`${name}, page 1`, `${name}, pages 1 to ${NEIGHBORS}`];
  const around = pages.slice(deepNumber - Math.ceil(NEIGHBORS / 2), deepNumber + Math.floor(NEIGHBORS / 2));
  return [
    { name: one, wanted: 0.45, answers: 'kept', paths: [first] },
    { name: `${name}, page ${count(deepNumber)}`, wanted: 0.45, answers: 'kept', paths: [deep], deepOf: one },
    { name: neighbors, wanted: 0.45, answers: 'computed', paths: pages.slice(0, NEIGHBORS) },
    {
      name: `${name}, ${NEIGHBORS} pages around page ${count(deepNumber)}`,
      wanted: 0.45,
      answers: 'computed',
      paths: around,
      deepOf: neighbors,
    },
  ];
};

/** Finds out what there is to ask for: ids, genres, and the addresses of pages by walking there. */
export const planScenarios = async (url: string): Promise<readonly Scenario[]> => {
  const [titles, filtered] = [await listedIds(url, ALL_TYPES), await filteredLists(url)];
  const title = titles[0];
  if (title === undefined) throw new Error('the sample has no titles');
  return [
    { name: 'one movie', wanted: 0.35, answers: 'kept', paths: [`/movies/${title}`] },
    { name: `${count(titles.length)} movies`, wanted: 0.35, answers: 'computed', paths: titles.map((id) => `/movies/${id}`) },
    ...(await listScenarios(url, 'films', FILMS)),
    ...(await listScenarios(url, 'all types', ALL_TYPES)),
    { name: 'one filtered list', wanted: 0.45, answers: 'kept', paths: [FILTERED] },
    { name: `${count(filtered.length)} filtered lists`, wanted: 0.45, answers: 'computed', paths: filtered },
  ];
};
