import { expect, test } from 'vitest';

import { describeLocation, parseS3Url, requireEndpoint } from './address.ts';

test.each([
  ['s3://lake', { bucket: 'lake', prefix: '' }],
  ['s3://lake/', { bucket: 'lake', prefix: '' }],
  ['S3://lake/films', { bucket: 'lake', prefix: 'films' }],
  ['s3://lake.of-films.2/a/b c/é/', { bucket: 'lake.of-films.2', prefix: 'a/b c/é' }],
  ['s3://lake/a%20b%2Bc', { bucket: 'lake', prefix: 'a b+c' }],
])('%s', (url, address) => {
  expect(parseS3Url(url)).toEqual(address);
});

test.each([
  ['https://lake/a', /does not begin with s3:/],
  ['s3:lake', /does not begin with s3:/],
  ['s3://', /names no bucket/],
  ['s3:///a', /names no bucket/],
  ['s3://la', /3 to 63/],
  [`s3://${'l'.repeat(64)}`, /3 to 63/],
  ['s3://Lake', /lower-case/],
  ['s3://my_lake', /lower-case/],
  ['s3://-lake', /begins and ends/],
  ['s3://lake.', /begins and ends/],
  ['s3://la..ke', /two dots/],
  ['s3://192.168.1.1', /IP address/],
  ['s3://lake/a/../b', /segment \. or \.\./],
  ['s3://lake/%2e%2e', /segment \. or \.\./],
  ['s3://lake/a//b', /empty segment/],
  ['s3://lake//a', /empty segment/],
  ['s3://lake/a?region=eu', /no query/],
  ['s3://lake/a#b', /no fragment/],
  ['s3://lake:9000/a', /endpoint has a setting/],
  ['s3://lake/%zz', /begins no encoded character/],
])('%s is refused', (url, reason) => {
  expect(() => parseS3Url(url)).toThrow(reason);
});

test('what is refused for its credentials is not repeated', () => {
  expect(() => parseS3Url('s3://AKIA:s3cr3t@lake/a')).toThrow(/^(?!.*s3cr3t)(?!.*AKIA).*credentials/);
  expect(() => requireEndpoint('https://user:s3cr3t@host')).toThrow(/^(?!.*s3cr3t).*credentials/);
});

test('endpoints are the origin of a server', () => {
  expect(requireEndpoint('http://127.0.0.1:18333/')).toBe('http://127.0.0.1:18333');
  for (const endpoint of ['127.0.0.1:18333', 's3://host', 'https://host/path', 'https://host?x', ''])
    expect(() => requireEndpoint(endpoint)).toThrow(/endpoint of S3/);
});

test('a location names bucket, prefix and endpoint', () => {
  expect(describeLocation({ bucket: 'lake', prefix: '' }, undefined)).toBe('s3://lake');
  expect(describeLocation({ bucket: 'lake', prefix: 'a' }, 'http://host:1')).toBe('s3://lake/a at http://host:1');
});
