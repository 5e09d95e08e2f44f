import { expect, test } from 'vitest';
import { shapeOf, UnmappedTypeError } from './column-shape.ts';

const primitive = (type: string) => ({ kind: 'primitive', type });

test.each([
  ['VARCHAR', primitive('string')],
  ['SMALLINT', primitive('int')],
  ['BIGINT', primitive('long')],
  ['DECIMAL(3,1)', primitive('decimal(3, 1)')],
  ['TIMESTAMP', primitive('timestamp')],
  ['TIMESTAMP WITH TIME ZONE', primitive('timestamptz')],
  ['BIGINT[]', { kind: 'list', element: primitive('long') }],
  ['VARCHAR[][]', { kind: 'list', element: { kind: 'list', element: primitive('string') } }],
  [
    'STRUCT(at_ms BIGINT, "offset" DECIMAL(10,2), "a "", ) b" STRUCT(x VARCHAR)[])[]',
    {
      kind: 'list',
      element: {
        kind: 'struct',
        fields: [
          { name: 'at_ms', shape: primitive('long') },
          { name: 'offset', shape: primitive('decimal(10, 2)') },
          {
            name: 'a ", ) b',
            shape: { kind: 'list', element: { kind: 'struct', fields: [{ name: 'x', shape: primitive('string') }] } },
          },
        ],
      },
    },
  ],
])('%s', (type, shape) => {
  expect(shapeOf('gold.a', 'b', type)).toEqual(shape);
});

test.each([
  'HUGEINT',
  'UBIGINT',
  'UINTEGER',
  'INTERVAL',
  'TIME',
  'TIMESTAMP_NS',
  'INTEGER[3]',
  'MAP(VARCHAR, INTEGER)',
  'STRUCT(a HUGEINT)[]',
  "ENUM('a')",
  'JSON',
])('refuses %s, by table and column', (type) => {
  expect(() => shapeOf('gold.a', 'b', type)).toThrow(UnmappedTypeError);
  expect(() => shapeOf('gold.a', 'b', type)).toThrow(`the column b of gold.a is of type ${type}`);
});
