/** Server-Sent Events as bytes on the wire (https://html.spec.whatwg.org/multipage/server-sent-events.html). Pure. */

/** A message. Without data it is none that a client is told of: it only moves `Last-Event-ID` on. */
export interface EventMessage {
  /** What to go on from after it; without one, what the message before said. No line ends. */
  readonly id?: string;
  /** Its type. No line ends. */
  readonly event?: string;
  readonly data?: string;
}

const LINE_END = /\r\n|\r|\n/;

export const eventText = ({ id, event, data }: EventMessage): string => {
  let text = '';
  if (id !== undefined) text += `id: ${id}\n`;
  if (event !== undefined) text += `event: ${event}\n`;
  // A client puts the lines together again.
  if (data !== undefined) for (const line of data.split(LINE_END)) text += `data: ${line}\n`;
  return `${text}\n`;
};

/** How long clients wait before they connect again, in milliseconds. */
export const retryText = (ms: number): string => `retry: ${ms}\n\n`;
