/**
 * Records versions of events: `tools/record-event-versions.ts EVENTS.jsonl`, with an event of each as it may lie in a log. What is recorded already is never
 * changed: logs have it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { topicOfEvent, judgeEvent, type MovieEvent, payloadSchema } from '@rushes/domain';

const RECORDED = new URL('../libs/domain/src/events/event-versions.recorded.json', import.meta.url);

const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, unknown>; // as: written below
for (const line of readFileSync(process.argv[2] ?? '', 'utf8')
  .trimEnd()
  .split('\n')) {
  const sample = JSON.parse(line) as MovieEvent; // as: judged below
  const topic = topicOfEvent(sample.type);
  const judged = judgeEvent(line, { topic, key: sample.payload.movie_id, appendedAtMs: Date.parse(sample.payload.at) });
  if ('fault' in judged) throw new Error(judged.fault);
  const name = `${sample.type} ${sample.version}`;
  recorded[name] ??= { topic, sample, schema: payloadSchema(sample.type, sample.version) };
}
writeFileSync(RECORDED, `${JSON.stringify(recorded, undefined, 2)}\n`);
