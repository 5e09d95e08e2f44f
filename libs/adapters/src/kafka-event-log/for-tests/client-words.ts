/** What the client throws and writes, for tests of what is made of it. */
export {
  AuthenticationError,
  createRecordsBatch,
  type MessageRecord,
  NetworkError,
  ResponseError,
  TimeoutError,
  UserError,
} from '@platformatic/kafka';
