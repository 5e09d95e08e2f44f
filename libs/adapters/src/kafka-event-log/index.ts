export { type KafkaLocation, parseKafkaUrl } from './kafka-url.ts';
export { openKafkaEventLog } from './open-log.ts';
export type { KafkaEventLogOptions, KafkaLimits, KafkaRegistry, KafkaSasl, KafkaTls } from './options.ts';
