/**
 * A stand-in of TMDB's API for tests, over a real socket: films, lists and changes as a test puts them there, with entity tags, and any fault in the place of an
 * answer. Bodies have TMDB's form and are made up.
 */
import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const STAND_IN_KEY = '0123456789abcdef0123456789abcdef';

export interface StandInReview {
  readonly id: string;
  readonly author: string;
  readonly content: string;
  readonly created_at: string;
  readonly rating: unknown;
}

/** What a test says of a film; the rest is made up. */
export interface StandInFilm {
  readonly id: number;
  readonly title: string;
  readonly imdb_id: string | null;
  readonly adult?: boolean;
  readonly genres?: readonly string[];
  readonly release_date?: string;
  readonly runtime?: number;
  readonly vote_average?: number;
  readonly vote_count?: number;
  readonly popularity?: number;
  /** In dollars. */
  readonly budget?: number;
  readonly revenue?: number;
  readonly keywords?: readonly string[];
  readonly reviews?: readonly StandInReview[];
}

export interface Seen {
  /** Path without the API's own, and the query without the key. */
  readonly path: string;
  readonly atMs: number;
  readonly status: number;
  readonly authorization: string | undefined;
}

/** Answers in the place of the stand-in; `undefined`: it answers itself. */
export type StandInFault = (request: IncomingMessage, response: ServerResponse, path: string) => 'answered' | undefined;

export interface StandIn {
  readonly baseUrl: string;
  readonly films: Map<number, StandInFilm>;
  /** Answers as they were recorded, by path: before what is made up. */
  readonly recorded: Map<string, unknown>;
  /** Ids by day. */
  readonly changes: Map<string, readonly number[]>;
  readonly lists: Map<string, readonly number[]>;
  readonly seen: Seen[];
  fault: StandInFault;
  close(): Promise<void>;
}

/** TMDB's pages have 100; fewer make shorter days of several pages. */
const CHANGES_PER_PAGE = 30;
const FILMS_PER_PAGE = 20;
const LISTS: Readonly<Record<string, string>> = {
  'movie/now_playing': 'now_playing',
  'movie/popular': 'popular',
  'trending/movie/day': 'trending',
};

const reviewBody = ({ id, author, content, created_at, rating }: StandInReview) => ({
  id,
  author,
  author_details: { name: author, username: author, avatar_path: null, rating },
  content,
  created_at,
  updated_at: created_at,
  url: `https://example.org/review/${id}`,
});

const reviewPage = (film: StandInFilm, page: number) => {
  const all = film.reviews ?? [];
  const results = all.slice((page - 1) * FILMS_PER_PAGE, page * FILMS_PER_PAGE).map(reviewBody);
  return { page, results, total_pages: Math.max(1, Math.ceil(all.length / FILMS_PER_PAGE)), total_results: all.length };
};

const listBody = (film: StandInFilm) => ({
  id: film.id,
  title: film.title,
  adult: film.adult ?? false,
  genre_ids: [],
  popularity: film.popularity ?? 1,
  release_date: film.release_date ?? '',
  vote_average: film.vote_average ?? 0,
  vote_count: film.vote_count ?? 0,
});

const filmBody = (film: StandInFilm) => ({
  ...listBody(film),
  budget: film.budget ?? 0,
  revenue: film.revenue ?? 0,
  keywords: { keywords: (film.keywords ?? []).map((name, n) => ({ id: n + 1, name })) },
  genres: (film.genres ?? []).map((name, n) => ({ id: n + 1, name })),
  imdb_id: film.imdb_id,
  original_title: film.title,
  runtime: film.runtime ?? 0,
  status: 'Released',
  external_ids: { imdb_id: film.imdb_id, wikidata_id: null },
  reviews: reviewPage(film, 1),
});

const daysBetween = (from: string, to: string): readonly string[] => {
  const days: string[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 86_400_000) days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
};

export const startStandIn = async (): Promise<StandIn> => {
  const bodyOf = (path: string, query: URLSearchParams): unknown => {
    if (standIn.recorded.has(path)) return standIn.recorded.get(path);
    const page = Number(query.get('page') ?? 1);
    const paged = (ids: readonly number[], size: number, one: (id: number) => unknown) => ({
      page,
      results: ids.slice((page - 1) * size, page * size).map(one),
      total_pages: Math.max(1, Math.ceil(ids.length / size)),
      total_results: ids.length,
    });
    if (path === 'movie/changes') {
      const days = daysBetween(query.get('start_date') ?? '', query.get('end_date') ?? '');
      const ids = days.flatMap((day) => standIn.changes.get(day) ?? []);
      return paged(ids, CHANGES_PER_PAGE, (id) => ({ id, adult: standIn.films.get(id)?.adult ?? false }));
    }
    const list = LISTS[path];
    if (list !== undefined)
      return paged(standIn.lists.get(list) ?? [], FILMS_PER_PAGE, (id) =>
        listBody(standIn.films.get(id) ?? { id, title: '?', imdb_id: null }),
      );
    const [, id, reviews] = /^movie\/(\d+)(\/reviews)?$/.exec(path) ?? [];
    const film = id === undefined ? undefined : standIn.films.get(Number(id));
    if (film === undefined) return undefined;
    return reviews === undefined ? filmBody(film) : { id: film.id, ...reviewPage(film, page) };
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand.in');
    const path = url.pathname.replace(/^\/3\//, '');
    const { authorization } = request.headers;
    const key = url.searchParams.get('api_key') ?? authorization?.replace(/^Bearer /, '');
    url.searchParams.delete('api_key');
    response.on('close', () =>
      standIn.seen.push({ path: path + url.search, atMs: performance.now(), status: response.statusCode, authorization }),
    );
    const send = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(JSON.stringify(value));
    };
    if (key !== STAND_IN_KEY && key !== `token-${STAND_IN_KEY}`)
      return send(401, { success: false, status_code: 7, status_message: 'Invalid API key: You must be granted a valid key.' });
    if (standIn.fault(request, response, path) !== undefined) return undefined;
    const body = bodyOf(path, url.searchParams);
    if (body === undefined)
      return send(404, { success: false, status_code: 34, status_message: 'The resource you requested could not be found.' });
    const etag = `W/"${hash('sha256', JSON.stringify(body), 'hex').slice(0, 32)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    return send(200, body, { etag });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // as: it listens on TCP
  const standIn: StandIn = {
    baseUrl: `http://127.0.0.1:${port}/3/`,
    films: new Map(),
    recorded: new Map(),
    changes: new Map(),
    lists: new Map(),
    seen: [],
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
};
