import { createOpenApi } from '../../../../shared/http/documents/openApi';
import { withNamedParts } from '../../../../shared/http/documents/namedParts';

const refPrefix = '#/components/schemas/';

test('objects and enumerations within a schema become schemas of their own, called after both', () => {
  const colour = { type: 'string', enum: ['red', 'green'], description: 'Of the frame' };
  const windows = { type: 'array', items: { type: 'object', properties: { colour } } };
  expect(
    withNamedParts({ House: { type: 'object', properties: { windows, floor: { type: 'integer' } } } }, refPrefix),
  ).toEqual({
    House: {
      type: 'object',
      properties: {
        windows: { type: 'array', items: { $ref: '#/components/schemas/HouseWindow' } },
        floor: { type: 'integer' },
      },
    },
    HouseWindow: {
      type: 'object',
      properties: { colour: { $ref: '#/components/schemas/HouseWindowColour', description: 'Of the frame' } },
    },
    HouseWindowColour: { type: 'string', enum: ['red', 'green'] },
  });
});

test('a name that is taken is not taken twice', () => {
  const inner = { type: 'object', properties: {} };
  expect(Object.keys(withNamedParts({ A: { properties: { b: inner } }, AB: inner }, refPrefix))).toEqual([
    'A',
    'AB',
    'ABValue',
  ]);
});

test('the OpenAPI document has a name for every object, and no alternatives beside null', async () => {
  const unnamed: string[] = [];
  const check = (value: unknown, path: string, top: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!top && 'properties' in value && typeof value.properties === 'object' && 'type' in value) unnamed.push(path);
    if ('oneOf' in value) unnamed.push(`${path}/oneOf`);
    for (const [name, member] of Object.entries(value)) check(member, `${path}/${name}`, false);
  };
  const { schemas } = (await createOpenApi())['components'] as { schemas: Record<string, object> };
  for (const [name, schema] of Object.entries(schemas)) check(schema, name, true);
  expect(unnamed).toEqual([]);
});
