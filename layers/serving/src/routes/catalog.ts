/** `GET /catalog`: what the published version's manifest says of its tables, views, input files and checks. */
import type { ObjectStore } from '@rushes/ports';
import { Type } from 'typebox';
import type { AddDataRoute } from '../route-definition.ts';

/** Members of the manifest that the catalog shows; the others are how the version was made. */
const SHOWN = ['version', 'tables', 'views', 'dumps', 'validation'] as const;

const rows = (description: string) => Type.Optional(Type.Array(Type.Unknown(), { description }));

/** JSON text of the shown part of a manifest. */
const catalogText = (manifest: Uint8Array): string => {
  const content = JSON.parse(new TextDecoder().decode(manifest)) as Record<string, unknown>; // as: manifests are objects, written by the batch layer
  return JSON.stringify(Object.fromEntries(SHOWN.filter((name) => name in content).map((name) => [name, content[name]])));
};

export const addCatalog = (add: AddDataRoute, objects: ObjectStore): void =>
  add({
    url: '/catalog',
    operation: 'getCatalog',
    summary: 'The data catalog of the published version',
    tag: 'operation',
    params: Type.Object({}),
    query: Type.Object({}),
    data: Type.Object({
      version: Type.Integer(),
      tables: rows('Tables of bronze, silver and gold.'),
      views: rows('Views that are served, with their artefacts.'),
      dumps: rows('Files that the version was made from.'),
      validation: rows('What was checked before publishing.'),
    }),
    answer: async ({ publication }) => {
      const manifest = await objects.get(publication.manifest);
      if (manifest === undefined)
        throw new Error(`the manifest ${publication.manifest} of publication ${publication.number} is not in ${objects.location}`);
      return { data: catalogText(manifest) };
    },
  });
