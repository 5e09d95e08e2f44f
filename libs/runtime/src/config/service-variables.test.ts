import { expect, test } from 'vitest';

import { isServiceVariable } from './service-variables.ts';
import { SETTING_LIST } from './settings.ts';

test.each([
  ['RUSHES_SERVICE_HOST', '10.96.0.12'],
  ['RUSHES_SERVICE_HOST', 'fd00::1'],
  ['RUSHES_SERVICE_PORT', '80'],
  ['RUSHES_SERVICE_PORT_HTTP_API', '8080'],
  ['RUSHES_PORT', 'tcp://10.96.0.12:80'],
  ['RUSHES_PORT', 'tcp://[fd00::1]:80'],
  ['RUSHES_PORT_53_UDP', 'udp://10.96.0.12:53'],
  ['RUSHES_PORT_80_TCP_PROTO', 'tcp'],
  ['RUSHES_PORT_80_TCP_PORT', '80'],
  ['RUSHES_PORT_80_TCP_ADDR', '10.96.0.12'],
  ['RUSHES_PORT_9899_SCTP', 'sctp://10.96.0.12:9899'],
  ['RUSHES_METRICS_PORT', 'tcp://10.96.0.12:9464'],
  ['RUSHES_2_BLUE_SERVICE_HOST', '10.96.0.12'],
])('%s=%s is of a Service', (name, value) => {
  expect(isServiceVariable(name, value)).toBe(true);
});

test.each([
  ['RUSHES_PORT', 'abc'],
  ['RUSHES_PORT', '80'],
  ['RUSHES_PORT', 'tcp://10.96.0.12'],
  ['RUSHES_PORT', 'tcp://10.96.0.12:0'],
  ['RUSHES_PORT', 'tcp://10.96.0.12:65536'],
  ['RUSHES_PORT', 'http://10.96.0.12:80'],
  ['RUSHES_PORT', 'tcp://rushes:80'],
  ['RUSHES_PORT', 'tcp://fd00::1:80'],
  ['RUSHES_PROT', 'tcp://10.96.0.12:80'],
  ['RUSHES_HOST', '10.96.0.12'],
  ['RUSHES_SERVICE_HOST', 'abc'],
  ['RUSHES_SERVICE_PROT', '80'],
  ['RUSHES_SERVICE_PORT_', '80'],
  ['RUSHES_SERVICE_PORT', '80x'],
  ['RUSHES_PORT_80_HTTP', 'tcp://10.96.0.12:80'],
  ['RUSHES_PORT_80_TCP', 'tcp://10.96.0.12:81'],
  ['RUSHES_PORT_80_TCP', 'udp://10.96.0.12:80'],
  ['RUSHES_PORT_80_TCP_PORT', '81'],
  ['RUSHES_PORT_80_TCP_PROTO', 'udp'],
  ['RUSHES_PORT_80_TCP_HOST', '10.96.0.12'],
  ['RUSHES__PORT', 'tcp://10.96.0.12:80'],
  ['RUSHESX_PORT', 'tcp://10.96.0.12:80'],
])('%s=%s is not', (name, value) => {
  expect(isServiceVariable(name, value)).toBe(false);
});

test('no setting can be given a value that is taken for a Service', () => {
  const values = ['8080', '10.96.0.12', 'fd00::1', 'tcp'];
  for (const [, { variable }] of SETTING_LIST) for (const value of values) expect(isServiceVariable(variable, value)).toBe(false);
});
