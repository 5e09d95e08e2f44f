export { beginKafkaEventLog, checkKafkaBeginning } from './begin-log.ts';
export { checkKafkaBrokers } from './check-brokers.ts';
export { kafkaLogState } from './log-state.ts';
export { openKafkaEventLog } from './open-log.ts';
export type { KafkaEventLogOptions, KafkaLimits, KafkaRegistry, KafkaSasl, KafkaTls } from './options.ts';
