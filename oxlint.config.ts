import { defineConfig, type OxlintOverride } from 'oxlint';

import { CLIENT_LIBRARIES, IMPORT_TABLE, TEST_IMPORTS } from './tools/import-table.ts';

const packages = Object.values(IMPORT_TABLE).map((entry) => entry.package);

/** What may not be imported in `place` (a folder from the root), where these packages may. */
const restricted = (place: string, own: string, allowed: readonly string[]): NonNullable<OxlintOverride['rules']> => {
  const forbidden = packages.filter((name) => name !== own && !allowed.includes(name));
  const libraries = Object.entries(CLIENT_LIBRARIES)
    .filter(([, places]) => !places.some((folder) => place.startsWith(folder)))
    .map(([name]) => name);
  return {
    'no-restricted-imports': [
      'error',
      {
        paths: libraries.map((name) => ({ name, message: `Only ${CLIENT_LIBRARIES[name]?.join(', ')} may know this library.` })),
        patterns: [
          { group: forbidden.flatMap((name) => [name, `${name}/*`]), message: `tools/import-table.ts forbids this import in ${place}.` },
          { regex: '^(\\.\\./)+(libs|layers|apps)/', message: 'Import another package by its name.' },
        ],
      },
    ],
  };
};

/** One override a package, one for its tests, and one for each folder inside it that alone may know a library. The last that matches counts. */
const overrides: OxlintOverride[] = Object.entries(IMPORT_TABLE).flatMap(([folder, { package: own, imports }]) => {
  const places = Object.values(CLIENT_LIBRARIES)
    .flat()
    .filter((place) => place.startsWith(`${folder}/`));
  return [
    { files: [`${folder}/**`], rules: restricted(folder, own, imports) },
    ...[...new Set(places)].map((place) => ({ files: [`${place}/**`], rules: restricted(place, own, imports) })),
    {
      files: [`${folder}/**/*.test.ts`, `${folder}/test/**`],
      rules: restricted(places[0] ?? folder, own, [...imports, ...TEST_IMPORTS]),
    },
  ];
});

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', '**/node_modules/**'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    eqeqeq: 'error',
    'max-lines': ['error', { max: 300 }],
    'no-console': 'error',
    // typebox and others export the same thing under both names.
    'import/no-named-as-default': 'off',
    'import/no-named-as-default-member': 'off',
    // Assertions carry their reason in a comment; data from outside is parsed by a schema.
    'typescript/no-unsafe-type-assertion': 'off',
    // Matters of taste: a small function stands where it is read; a handler for the end of a promise need not return anything.
    'unicorn/consistent-function-scoping': 'off',
    'promise/always-return': 'off',
    // The compiler checks it, and knows that a switch over a union is complete.
    'typescript/consistent-return': 'off',
    // IMDb's lists and our sets are separated by control characters.
    'no-control-regex': 'off',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
    // MongoDB's name of a document's key.
    'no-underscore-dangle': ['error', { allow: ['_id'] }],
    'no-var': 'error',
    'prefer-const': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-readonly': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    // Properties over any input have cases, each with its own expectation.
    'vitest/no-conditional-expect': 'off',
    // The second argument is the message.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
  },
  overrides: [...overrides, { files: ['bench/**'], rules: { 'no-console': 'off' } }],
});
