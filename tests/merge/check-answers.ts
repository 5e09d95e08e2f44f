/**
 * Whether answers keep the promise. Each is compared with everything computed anew, over the events before the position that it states and the dumps of the
 * version that it states; what it says is missing must be well said, and what is not concerned by that must be right all the same.
 */
import { isDeepStrictEqual } from 'node:util';

import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, type Topic } from '@rushes/domain';
import type { Publication } from '@rushes/ports';

import type { LogHistory } from './log-history.ts';
import { type PlainDump, type PlainTitle, plainTitle } from './plain-titles.ts';
import type { PlainState, Question } from './questions.ts';
import { type Asked, positionOf } from './readers.ts';

export interface Truth {
  readonly history: LogHistory;
  /** By version. */
  readonly dumps: ReadonlyMap<number, PlainDump>;
  readonly publications: readonly Publication[];
  readonly movies: readonly string[];
}

interface Missing {
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}
interface Body {
  readonly data: unknown;
  readonly total?: number;
  readonly next?: string | null;
  readonly meta: {
    readonly batch: { readonly version: number; readonly cut_at: string; readonly published_at: string };
    readonly completeness: string;
    readonly missing?: readonly Missing[];
  };
}

export interface Checked {
  readonly violations: readonly string[];
  readonly figures: Record<'answers' | 'exact' | 'complete' | 'stale' | 'gap' | 'unchanged' | 'unknown' | 'refused' | 'positions', number>;
}

const reaches = (position: OffsetVector, wanted: OffsetVector): boolean =>
  PARTITIONS.every((partition) => offsetAt(position, partition) >= offsetAt(wanted, partition));

const TOPICS: Readonly<Record<Question['about'], readonly Topic[]>> = {
  lists: ['movie.metadata', 'movie.ratings'],
  movie: ['movie.metadata', 'movie.ratings'],
  reviews: ['movie.metadata', 'movie.reviews'],
  all: ['movie.metadata', 'movie.ratings', 'movie.reviews'],
};

/** Whether an answer could lack any of these. */
const concerns = (question: Question, missing: readonly Missing[], history: LogHistory): boolean =>
  TOPICS[question.about].some((topic) => {
    const isOfOne = 'movie' in question;
    const partition = isOfOne ? history.partitionOf(question.movie, topic) : undefined;
    return missing.some((one) => (isOfOne ? one.partition === partition : one.partition.startsWith(`${topic}/`)));
  });

/** States at a position, each made once. */
const statesOf = ({ history, dumps, movies }: Truth) => {
  const kept = new Map<string, PlainState>();
  return (version: number, position: OffsetVector): PlainState => {
    const name = `${version} ${PARTITIONS.map((partition) => offsetAt(position, partition)).join('.')}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const dump = dumps.get(version);
    if (dump === undefined) throw new Error(`version ${version} was never made`);
    const titles = new Map<string, PlainTitle | undefined>();
    const title = (id: string): PlainTitle | undefined => {
      if (!titles.has(id)) titles.set(id, plainTitle(dump, history, position, id));
      return titles.get(id);
    };
    const ids = [...new Set([...dump.titles.keys(), ...movies, ...history.movies])];
    const state = { dump, history, position, title, titles: () => ids.map(title).filter((one) => one !== undefined) };
    kept.set(name, state);
    return state;
  };
};

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
};

/** The first place where two values differ. */
const difference = (found: unknown, wanted: unknown, at = 'data'): string => {
  if (typeof found === 'object' && typeof wanted === 'object' && found !== null && wanted !== null)
    for (const key of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
      const [a, b] = [found[key as keyof typeof found], wanted[key as keyof typeof wanted]] as const; // as: own keys
      if (!isDeepStrictEqual(a, b)) return difference(a, b, `${at}.${key}`);
    }
  return `${at} is ${short(found)}, not ${short(wanted)}`;
};

export const checkAnswers = (answers: readonly Asked[], truth: Truth): Checked => {
  const violations: string[] = [];
  const figures = { answers: 0, exact: 0, complete: 0, stale: 0, gap: 0, unchanged: 0, unknown: 0, refused: 0, positions: 0 };
  const stateAt = statesOf(truth);
  const bodyOf = new Map<string, string>();
  const positions = new Set<string>();

  for (const asked of answers) {
    const { question, status, said, body, demanded, seen } = asked;
    figures.answers += 1;
    const stated = `version ${said.version} at ${said.position}, ${said.completeness}, ${said.etag}`;
    const complain = (what: string): void =>
      void violations.push(`reader ${asked.reader}, life ${asked.life}, ${status} ${question.path} (${stated}): ${what}`);
    if (status === 503) {
      figures.refused += 1;
      if (demanded === undefined) complain(`nothing was demanded, and still: ${body}`);
      continue;
    }
    if (status !== 200 && status !== 304 && status !== 404 && status !== 400) {
      complain(body);
      continue;
    }
    const position = positionOf(said.position);
    if (position === undefined) {
      complain('states no position');
      continue;
    }
    positions.add(said.position ?? '');
    if (demanded !== undefined && !reaches(position, demanded)) complain(`does not reach the demanded ${short(demanded)}`);
    if (seen !== undefined && !reaches(position, seen)) complain(`lies before ${short(seen)}, which this replica showed before`);
    if (status === 404) {
      figures.unknown += 1;
      // It does not say what is missing.
      if (said.completeness === 'gap') continue;
      figures.exact += 1;
      if (question.answer(stateAt(Number(said.version), position)) !== undefined) complain(`the title is known there: ${body}`);
      continue;
    }
    const isRefused = (): boolean => 'refused' in question && question.refused?.(stateAt(Number(said.version), position)) === true;
    if (status === 400) {
      figures.unknown += 1;
      if (said.completeness === 'gap') continue;
      figures.exact += 1;
      if (!isRefused()) complain(body);
      continue;
    }
    const etag = said.etag ?? '';
    const same = bodyOf.get(etag);
    if (same === undefined) bodyOf.set(etag, body);
    else if (same !== body) complain(`the tag stands for two answers: ${difference(JSON.parse(body), JSON.parse(same), 'body')}`);
    if (status === 304) figures.unchanged += 1;

    const { data, meta, total, next } = JSON.parse(body) as Body; // as: the envelope
    const { version, cut_at, published_at } = meta.batch;
    if (String(version) !== said.version || meta.completeness !== said.completeness) complain(`meta and headers differ: ${short(meta)}`);
    const publication = truth.publications.find((one) => one.version === version && one.publishedAt === published_at);
    if (publication === undefined || publication.cutAt !== cut_at) complain(`was never published: ${short(meta.batch)}`);
    else if (!reaches(position, publication.cut)) complain('lies before the cut of its own version');

    const missing = meta.missing ?? [];
    if (meta.completeness === 'gap') {
      figures.gap += 1;
      const isNamed = ({ partition, from, to, reason }: Missing): boolean => PARTITIONS.includes(partition) && from < to && reason !== '';
      if (!missing.some(isNamed)) complain(`does not say what is missing: ${short(missing)}`);
      if (concerns(question, missing, truth.history)) continue;
    } else {
      if (missing.length > 0) complain(`is ${meta.completeness}, and lacks ${short(missing)}`);
      figures[meta.completeness === 'stale' ? 'stale' : 'complete'] += 1;
    }
    const wanted = question.answer(stateAt(version, position));
    figures.exact += 1;
    if (isRefused()) complain('no title has the genre there');
    if (wanted === undefined) {
      complain(`nobody knows the title there: ${short(data)}`);
      continue;
    }
    const found = question.path.startsWith('/explain') ? (data as { readonly merged: unknown }).merged : data; // as: the route's own form
    if (!isDeepStrictEqual(found, wanted.data)) complain(difference(found, wanted.data));
    if (wanted.total !== undefined && wanted.total !== total) complain(`total is ${total}, not ${wanted.total}`);
    if (wanted.isLast !== undefined && wanted.isLast !== (next === null)) complain(`next is ${next}; last page: ${wanted.isLast}`);
    if (question.path.startsWith('/explain') && (data as { readonly position: unknown }).position !== said.position)
      complain(`explains another position: ${short(data)}`);
  }
  figures.positions = positions.size;
  return { violations, figures };
};
