import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';

import { parameterOf } from './parameter.ts';

const integer = parameterOf('n', Type.Integer({ minimum: 1, maximum: 1000 }));
const number = parameterOf('x', Type.Number({ minimum: 0, maximum: 10 }));
const flag = parameterOf('b', Type.Boolean());
const repeated = parameterOf('g', Type.Array(Type.String({ minLength: 1 }), { maxItems: 2 }));
const listed = parameterOf('f', Type.Array(Type.Enum(['a', 'b']), { explode: false }));

describe('a parameter is read by its schema', () => {
  test.each([
    [integer, '7', 7],
    [integer, '1000', 1000],
    [number, '8.5', 8.5],
    [number, '10', 10],
    [flag, 'true', true],
    [flag, 'false', false],
    [repeated, 'x', ['x']],
    [repeated, ['x', 'y', 'x'], ['x', 'y']],
    [repeated, 'x,y', ['x,y']],
    [listed, 'b,a', ['b', 'a']],
    [listed, ['a', 'b,a'], ['a', 'b']],
  ])('%o %o', (parameter, raw, value) => {
    expect(parameter.read(raw)).toEqual({ value });
  });

  test.each([
    [integer, ''],
    [integer, ' 7'],
    [integer, '7 '],
    [integer, '+7'],
    [integer, '7.0'],
    [integer, '1e2'],
    [integer, '0x10'],
    [integer, '٧'],
    [integer, 'NaN'],
    [integer, 'Infinity'],
    [integer, '0'],
    [integer, '1001'],
    [integer, '99999999999999999999'],
    [integer, ['1', '2']],
    [number, '.5'],
    [number, '5.'],
    [number, '1e1'],
    [number, '10.1'],
    [number, '-0.1'],
    [number, 'Infinity'],
    [flag, '1'],
    [flag, 'TRUE'],
    [flag, ''],
    [repeated, ''],
    [repeated, ['x', 'y', 'z']],
    [listed, 'c'],
    [listed, 'a,,b'],
    [listed, ''],
  ])('%o refuses %o', (parameter, raw) => {
    expect(parameter.read(raw)).toHaveProperty('fault');
  });
});
