/** `/` for people who open the address in a browser: what is served, how old it is, and where to go on. */
import type { FastifyInstance } from 'fastify';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';

/** A style of its own, and nothing that is loaded. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}' +
  'h1{margin-bottom:0}dt{font-weight:bold}dd{margin:0 0 .75rem}a{color:#0b57d0}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ab4f8}}';

const LINKS = [
  ['/docs', 'All requests, to read and to try'],
  ['/movies?page_size=5', 'The most voted films'],
  ['/top_movies?limit=5', 'The top films by votes and rating'],
  ['/genres', 'Genres, with their number of films'],
  ['/health', 'State of the service'],
] as const;

const COMPLETENESS: Readonly<Record<Snapshot['completeness'], string>> = {
  complete: 'complete: all events so far are in the answers',
  stale: 'stale: recent events show later than they should',
  gap: 'with a gap: some events are missing, answers say which',
};

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

const several = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

const ageText = (seconds: number): string => {
  if (seconds < MINUTE_S) return 'less than a minute old';
  if (seconds < HOUR_S) return `${several(Math.floor(seconds / MINUTE_S), 'minute')} old`;
  if (seconds < 2 * DAY_S) return `${several(Math.floor(seconds / HOUR_S), 'hour')} old`;
  return `${several(Math.floor(seconds / DAY_S), 'day')} old`;
};

const stateOf = (snapshot: Snapshot | undefined, nowMs: number): string => {
  if (snapshot === undefined) return '<p>Nothing is served yet: the first batch run has not published. Answers are 503 until then.</p>';
  const { publication, completeness } = snapshot;
  const { titles, people, genres } = publication.views;
  const age = ageText(Math.max(0, Math.floor((nowMs - Date.parse(publication.cutAt)) / 1000)));
  const rows = [
    [
      'What is served',
      `${several(titles?.rows ?? 0, 'title')}, ${several(people?.rows ?? 0, 'person', 'people')}, ${several(genres?.rows ?? 0, 'genre')}${publication.origin === 'sample' ? ': a sample' : ''}`,
    ],
    ['How old it is', `Version ${publication.version} of ${publication.cutAt}, ${age}, and the events since`],
    ['Completeness', COMPLETENESS[completeness]],
  ];
  return `<dl>${rows.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`;
};

const page = (snapshot: Snapshot | undefined, nowMs: number): string =>
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  `<title>Rushes</title><style>${STYLE}</style></head><body><h1>Rushes</h1><p>A catalog of films over HTTP.</p>${stateOf(snapshot, nowMs)}` +
  `<ul>${LINKS.map(([path, text]) => `<li><a href="${path}">${text}</a></li>`).join('')}</ul></body></html>\n`;

export const addHome = (app: FastifyInstance, snapshots: CurrentSnapshot, now: () => number): void => {
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'content-security-policy': POLICY })
      .send(page(snapshots.peek(), now())),
  );
};
