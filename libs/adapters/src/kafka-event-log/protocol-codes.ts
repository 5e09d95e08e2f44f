/** Codes of Kafka's protocol that an answer gives for a part of a request. */
import { ProtocolError, protocolErrorsCodesById } from '@platformatic/kafka';

import { kafkaFailure } from './kafka-failure.ts';

const UNKNOWN_SERVER_ERROR = -1;
export const OK = 0;
export const OFFSET_OUT_OF_RANGE = 1;
export const UNKNOWN_TOPIC_OR_PARTITION = 3;
export const LEADER_NOT_AVAILABLE = 5;
export const TOPIC_ALREADY_EXISTS = 36;

/** The broker that was asked does not lead the partition, or not yet: new metadata say who does. */
const MOVED: ReadonlySet<number> = new Set([UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, 6, 8, 9, 56, 74, 75, 78, 100, 103]);

/** Whether the same may work soon, after a look at new metadata; these say too whether the topic is still the same. */
export const hasMoved = (code: number): boolean => MOVED.has(code);

/** A part's code as the ports' error. @param what the topic, or more words. A code that the client does not know counts as an unknown error. */
export const protocolFailure = (code: number, location: string, what: string): unknown =>
  kafkaFailure(new ProtocolError(code in protocolErrorsCodesById ? code : UNKNOWN_SERVER_ERROR, what), location);
