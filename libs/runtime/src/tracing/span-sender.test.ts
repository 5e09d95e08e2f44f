import { expect, test } from 'vitest';

import { type SenderOptions, sendSpans, type SpanSender } from './span-sender.ts';

type EndedSpan = Parameters<SpanSender['processor']['onEnd']>[0];
const SAMPLED = 1;
/** All of a span that is looked at on its way. */
const SPAN = { spanContext: () => ({ traceFlags: SAMPLED }), resource: {} } as unknown as EndedSpan; // as: see above
/** As the library numbers outcomes. */
const [SUCCESS, FAILED] = [0, 1];

/** Settles what was handed over and not answered yet. */
type Answer = (error?: Error) => void;

/** A collector that answers when it is told to. */
const sending = (mostWaiting: number) => {
  const answers: Answer[] = [];
  const exporter: SenderOptions['exporter'] = {
    export: (_spans, done) => void answers.push((error) => done(error === undefined ? { code: SUCCESS } : { code: FAILED, error })),
    shutdown: () => Promise.resolve(),
  };
  const troubles: (string | undefined)[] = [];
  const sender = sendSpans({ exporter, onTrouble: (reason) => void troubles.push(reason), mostWaiting });
  const endSpans = (count: number): void => {
    for (let left = count; left > 0; left -= 1) sender.processor.onEnd(SPAN);
  };
  const answerAll = async (error?: Error): Promise<void> => {
    for (const answer of answers.splice(0)) answer(error);
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { sender, troubles, endSpans, answerAll };
};

test('spans that come while as many wait as may are dropped, and counted; what waits is sent', async () => {
  const { sender, endSpans, answerAll, troubles } = sending(3);
  endSpans(5);
  expect([sender.counts(), sender.waiting()]).toEqual([{ sent: 0, dropped: 2, lost: 0 }, 3]);
  await answerAll();
  expect([sender.counts(), sender.waiting()]).toEqual([{ sent: 3, dropped: 2, lost: 0 }, 0]);
  endSpans(1);
  expect([sender.counts().dropped, sender.waiting(), troubles]).toEqual([2, 1, [undefined]]);
});

test('what the collector does not take is lost, with its reason, and makes room', async () => {
  const { sender, endSpans, answerAll, troubles } = sending(2);
  endSpans(2);
  await answerAll(new Error('away'));
  expect([sender.counts(), sender.waiting()]).toEqual([{ sent: 0, dropped: 0, lost: 2 }, 0]);
  endSpans(2);
  await answerAll();
  expect(sender.counts()).toEqual({ sent: 2, dropped: 0, lost: 2 });
  expect(troubles).toEqual(['away', undefined]);
});
