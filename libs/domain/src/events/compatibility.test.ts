/**
 * Events lie in logs and archives for ever, so what a version's schema accepts never changes: the recorded schemas are compared, and events of every
 * version are still read as they were. Whoever wants another form adds a version beside the old one, and records it (`tools/record-event-versions.ts`).
 */
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { EVENT_SCHEMAS, type MovieEvent } from './event-schemas.ts';
import { eventText } from './event-text.ts';
import { judgeEvent } from './silver-event.ts';
import type { Topic } from './topics.ts';

interface RecordedVersion {
  readonly topic: Topic;
  /** One event, as a log may hold it. */
  readonly sample: MovieEvent;
  readonly schema: unknown;
}
const text = readFileSync(new URL('./event-versions.recorded.json', import.meta.url), 'utf8');
const recorded = JSON.parse(text) as Readonly<Record<string, RecordedVersion>>; // as: of this form

const current = Object.entries(EVENT_SCHEMAS).flatMap(([type, { topic, versions }]) =>
  Object.entries(versions).map(([version, schema]) => [`${type} ${version}`, { topic, schema }] as const),
);

test('the versions and their schemas are those that were recorded', () => {
  const known = Object.entries(recorded).map(([name, { topic, schema }]) => [name, { topic, schema }] as const);
  expect(JSON.parse(JSON.stringify(Object.fromEntries(current)))).toEqual(Object.fromEntries(known));
});

test.each(Object.entries(recorded))('an event of %s is read, and has the text that it had', (name, { topic, sample }) => {
  expect(`${sample.type} ${sample.version}`).toBe(name);
  // Its members stand in the file as they stand in logs.
  expect(eventText(sample)).toBe(JSON.stringify(sample));
  const { movie_id, at } = sample.payload;
  expect(judgeEvent(eventText(sample), { topic, key: movie_id, appendedAtMs: Date.parse(at) })).toMatchObject({ row: { movie_id } });
});
