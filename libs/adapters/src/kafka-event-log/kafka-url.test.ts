import { expect, test } from 'vitest';

import { kafkaLocation, parseBroker, parseKafkaUrl } from './kafka-url.ts';

test.each([
  ['kafka://a:9092', { brokers: ['a:9092'], topicPrefix: '' }],
  ['kafka://a:9092/', { brokers: ['a:9092'], topicPrefix: '' }],
  ['kafka://a.example.org:9092,b:19092/prod-', { brokers: ['a.example.org:9092', 'b:19092'], topicPrefix: 'prod-' }],
  ['kafka://[::1]:9092,127.0.0.1:1/x.y_z-', { brokers: ['[::1]:9092', '127.0.0.1:1'], topicPrefix: 'x.y_z-' }],
])('%s', (url, location) => {
  expect(parseKafkaUrl(url)).toEqual(location);
  expect(parseKafkaUrl(kafkaLocation(location))).toEqual(location);
});

test.each([
  ['a broker without a port', 'kafka://a', /host:port/],
  ['port 0', 'kafka://a:0', /host:port/],
  ['a port that is too high', 'kafka://a:70000', /host:port/],
  ['no broker', 'kafka://', /host:port/],
  ['a broker that is missing', 'kafka://a:1,,b:2', /host:port/],
  ['another scheme', 'http://a:1', /is kafka:\/\//],
  ['a query', 'kafka://a:1/x?y=1', /without a query/],
  ['a path', 'kafka://a:1/x/y', /prefix/],
  ['a blank in the prefix', 'kafka://a:1/x y', /prefix/],
  ['a prefix that is too long', `kafka://a:1/${'x'.repeat(201)}`, /prefix/],
])('refuses %s', (_, url, message) => {
  expect(() => parseKafkaUrl(url)).toThrow(message);
});

test('refuses credentials, and does not repeat them', () => {
  const refused = (): unknown => parseKafkaUrl('kafka://user:secret@a:9092/x');
  expect(refused).toThrow(/no credentials/);
  expect(refused).not.toThrow(/secret/);
});

test('a broker in its parts', () => {
  expect(parseBroker('[fe80::1]:9092')).toEqual({ host: 'fe80::1', port: 9092 });
});
