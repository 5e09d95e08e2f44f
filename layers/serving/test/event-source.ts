/** A client of a stream of events, by the rules of https://html.spec.whatwg.org/multipage/server-sent-events.html, whose connection can be held up and broken. */
import { type IncomingMessage, request } from 'node:http';

import { expect } from 'vitest';

export interface Message {
  readonly type: string;
  readonly data: string;
  /** What the client would go on from after it. */
  readonly lastEventId: string;
}

export interface EventSource {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What a refusal says. */
  readonly body: () => Promise<string>;
  /** Those that came so far, whole. */
  readonly messages: readonly Message[];
  /** Moves on with messages that have no data too. */
  readonly lastEventId: () => string;
  /** What the server told, in milliseconds. */
  readonly retryMs: () => number | undefined;
  /** All that came, as it came. */
  readonly text: () => string;
  /** `ended`: by the server, as it should be. */
  readonly closed: Promise<'ended' | 'broken'>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends the connection at once. */
  readonly kill: () => void;
}

/** Takes bytes in any pieces. */
export const eventParser = () => {
  const messages: Message[] = [];
  let [rest, lastEventId, idBuffer, type, retryMs] = ['', '', '', '', undefined as number | undefined];
  let data: string[] = [];
  const dispatch = (): void => {
    lastEventId = idBuffer;
    if (data.length > 0) messages.push({ type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId });
    [data, type] = [[], ''];
  };
  const line = (text: string): void => {
    if (text === '') return dispatch();
    if (text.startsWith(':')) return;
    const colon = text.indexOf(':');
    const [field, value] = colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).replace(/^ /, '')];
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id') idBuffer = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retryMs = Number(value);
  };
  return {
    messages,
    lastEventId: () => lastEventId,
    retryMs: () => retryMs,
    add: (text: string): void => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const one of lines) line(one);
    },
  };
};

export const openEventSource = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventSource> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
      const parser = eventParser();
      let text = '';
      const { promise: closed, resolve: close } = Promise.withResolvers<'ended' | 'broken'>();
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (response.statusCode === 200) parser.add(piece);
      });
      response.on('error', () => undefined);
      response.on('close', () => close(response.complete ? 'ended' : 'broken'));
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        messages: parser.messages,
        lastEventId: parser.lastEventId,
        retryMs: parser.retryMs,
        text: () => text,
        body: () => closed.then(() => text),
        closed,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        kill: () => void response.destroy(),
      });
    });
    asked.on('error', reject);
    asked.end();
  });

/** Waits for so many messages of a type, and returns them all. */
export const messagesOf = async (source: EventSource, type: string, count: number): Promise<readonly Message[]> => {
  const found = (): readonly Message[] => source.messages.filter((one) => one.type === type);
  await expect.poll(() => found().length, { timeout: 10_000, interval: 5 }).toBeGreaterThanOrEqual(count);
  return found();
};
