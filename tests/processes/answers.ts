/** What a running service is asked, and what tests compare of its answers. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer has this status. What is not ready or busy yet has another one; what is wrong is never right. */
export const ask = async (address: string, status = 200, init: RequestInit = {}): Promise<string> => {
  for (let last = '', tries = 0; ; tries++) {
    const response = await fetch(address, init).catch((error: unknown) => String(error));
    last = typeof response === 'string' ? response : `${response.status} ${await response.text()}`;
    if (last.startsWith(`${status} `)) return last.slice(`${status} `.length);
    if (tries === 1_000 || /^4\d\d/.test(last)) throw new Error(`${address} answered ${last.slice(0, 500)}`);
    await sleep(100);
  }
};

/** Posts until it is accepted; of what is accepted, waits until it is shown. @returns what posts with this key. */
export const posting =
  (keyOf: () => string) =>
  (url: string, path: string, id: string, body: object, status = 201): Promise<string> =>
    ask(`${url}${path}`, status, {
      method: 'POST',
      headers: { authorization: `Bearer ${keyOf()}`, 'content-type': 'application/json', 'idempotency-key': id, prefer: 'wait=30' },
      body: JSON.stringify(body),
    });

const PATHS = [
  '/movies?sort=rating&desc=true&page_size=100&count=true',
  '/movies?genre=Drama&sort=title&page_size=50',
  '/titles?page_size=50',
  '/genres',
  '/top_movies?limit=20',
  '/top_movies_by_genre?per_genre=3',
];

/** What is answered, without what an answer says of its own making. */
export const answersOf = async (url: string, movie: string): Promise<readonly unknown[]> => {
  const answers: unknown[] = [];
  for (const path of [...PATHS, `/movies/${movie}`, `/movies/${movie}/titles`]) {
    const { meta: _, ...rest } = JSON.parse(await ask(`${url}${path}`)) as Record<string, unknown>; // as: the envelope of every answer
    answers.push([path, JSON.parse(JSON.stringify(rest).replaceAll(url, ''))]);
  }
  return answers;
};

export const versionAt = async (url: string): Promise<unknown> =>
  // as: the envelope of every answer
  (JSON.parse(await ask(`${url}/movies?page_size=1`)) as { readonly meta: { readonly batch: { readonly version: number } } }).meta.batch
    .version;
