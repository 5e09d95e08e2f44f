/** A program of a user of the API, with a client that is generated from the contract: `node uses-client.ts URL KEY`. Compiled and run by ../generated-client.ts. */
import createClient from 'openapi-fetch';

import type { components, paths } from './contract.ts';

declare const process: { readonly argv: readonly string[]; readonly stdout: { write(text: string): void } };

const [baseUrl = '', key = ''] = process.argv.slice(2);
/** Lists come in several formats; this program reads JSON, and is answered with JSON. */
const client = createClient<paths, 'application/json' | 'application/problem+json'>({ baseUrl });

const fail = (what: string): never => {
  throw new Error(what);
};

/** Whoever selects fields gets objects without the others: the types say so. */
const selected = await client.GET('/movies', {
  params: { query: { fields: ['title'], page_size: 1 } },
  querySerializer: { array: { style: 'form', explode: false } },
});
const [first] = selected.data?.data ?? fail('no list');
const id: string | undefined = first?.id;
if (id !== undefined || first?.title === undefined) fail('fields selects what was asked for');

/** Members of what cannot be selected are certain. */
const best = await client.GET('/top_movies_by_genre', { params: { query: { min_votes: 0 } } });
const movie: components['schemas']['Movie'] = best.data?.data[0]?.movies[0] ?? fail('no best movie');
const known: string = movie.id;

/** A write, and the read that its answer leads to. */
const posted = await client.POST('/movies/{id}/ratings', {
  params: { path: { id: known }, header: { prefer: 'wait=10' } },
  headers: { 'x-api-key': key },
  body: { score: 9.5 },
});
const receipt = posted.data?.data ?? fail(`not posted: ${posted.error?.detail ?? ''}`);
const position = posted.response.headers.get('rushes-position') ?? fail('no position');
const read = await client.GET('/movies/{id}', { params: { path: { id: receipt.movie_id }, header: { 'rushes-min-position': position } } });
const votes: number | null = read.data?.data.ratings?.live.votes ?? fail('the rating is not shown');

/** Errors are problems of one shape. */
const refused = await client.GET('/movies', { params: { query: { page_size: 0 } } });
const faults = refused.error?.errors ?? fail('a fault is named');
process.stdout.write(`one field selected, ${votes} live vote read back, ${faults.length} fault named\n`);
