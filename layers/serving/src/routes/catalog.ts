/** `GET /catalog`: every table and view of the published version, the files that it was made from, and what was checked. */
import type { ObjectStore } from '@rushes/ports';
import { Type } from 'typebox';

import { catalogOf } from '../answers/catalog.ts';
import { readManifest } from '../answers/manifest.ts';
import type { AddDataRoute } from './route-definition.ts';

export const addCatalog = (add: AddDataRoute, objects: ObjectStore): void =>
  add({
    url: '/catalog',
    operation: 'getCatalog',
    summary: 'The data catalog of the published version',
    tag: 'Service and data',
    params: Type.Object({}),
    query: Type.Object({}),
    data: Type.Ref('Catalog#'),
    answer: async ({ publication }) => ({ data: JSON.stringify(catalogOf(await readManifest(objects, publication))) }),
  });
