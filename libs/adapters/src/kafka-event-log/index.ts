export { isKafkaLogThere } from './log-there.ts';
export { openKafkaEventLog } from './open-log.ts';
export type { KafkaEventLogOptions, KafkaLimits, KafkaRegistry, KafkaSasl, KafkaTls } from './options.ts';
