/** A route's answers as they are kept, else computed. Invariant: whoever asks for the same answer of the same snapshot gets the same bytes, however it asks. */
import type { Waited } from '@rushes/ports';
import type { TObject } from 'typebox';

import type { Admission } from '../admission/admission.ts';
import { envelopeText } from '../answers/envelope.ts';
import { withDeadline } from '../http/deadline.ts';
import { answerTag } from '../http/etag.ts';
import { unavailable } from '../http/problem.ts';
import type { ReadRequest } from '../http/request-reader.ts';
import type { Representation, ResponseCache } from '../http/response-cache.ts';
import type { About } from '../merge/about.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { DataRoute } from './route-definition.ts';

export interface AnsweringContext {
  readonly cache: ResponseCache;
  readonly admission: Admission;
  /** How long a client waits for an answer that has to be computed. */
  readonly deadlineMs: number;
  readonly onCache: (hit: boolean) => void;
}

export interface KeptAnswers<P extends TObject, Q extends TObject> {
  /** What an answer of this snapshot says of itself. */
  about(snapshot: Snapshot, input: ReadRequest<P, Q>): About;
  /** Its entity tag, without representation. @param path that was asked for. */
  tag(about: About, path: string, input: ReadRequest<P, Q>): string;
  /**
   * The answer. It holds the snapshot from before the cache is asked, which may take its time, until the last read, for which the client may be gone, or tired
   * of waiting: call it before anything is awaited.
   */
  get(snapshot: Snapshot, tag: string, meta: string, input: ReadRequest<P, Q>, waited: Waited): Promise<Representation>;
}

const RETRY_AFTER_S = 5;

export const tooLate = () => unavailable('The answer took too long to compute.', RETRY_AFTER_S);

export const keptAnswers = <P extends TObject, Q extends TObject>(
  { cache, admission, deadlineMs, onCache }: AnsweringContext,
  route: DataRoute<P, Q>,
): KeptAnswers<P, Q> => {
  const compute = async (snapshot: Snapshot, input: ReadRequest<P, Q>, meta: string): Promise<Representation> => {
    const counts = (input.query as { readonly count?: boolean }).count === true; // as: the lists' parameter, which other routes do not have
    const answer = await admission[counts || route.isLong === true ? 'totals' : 'answers'].run(() => route.answer(snapshot, input));
    const body = envelopeText(answer, meta);
    return { body, bytes: Buffer.byteLength(body), next: answer.next ?? null };
  };
  return {
    about: (snapshot, input) => snapshot.about(route.dependsOn?.(input) ?? 'batch'),
    tag: (about, path, input) => answerTag(about.tag, path, input.given),
    async get(snapshot, tag, meta, input, waited) {
      snapshot.pin();
      const release = (): void => snapshot.release();
      let reading: Promise<Representation> | undefined;
      try {
        const ready = await cache.get(tag, waited);
        onCache(ready !== undefined);
        if (ready !== undefined) return ready;
        reading = cache.resolve(tag, () => compute(snapshot, input, meta), waited);
        return await withDeadline(reading, deadlineMs, tooLate);
      } finally {
        if (reading === undefined) release();
        else reading.then(release, release);
      }
    },
  };
};
