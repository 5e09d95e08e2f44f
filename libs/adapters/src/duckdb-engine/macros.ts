import { TITLE_NAMESPACE } from '@rushes/domain';

/**
 * Names that the models use and DuckDB lacks, or that keep a model short. In Trino the first group is built in;
 * the second becomes SQL routines.
 */
const namespaceHex = TITLE_NAMESPACE.replaceAll('-', '');
const namespaceBlob = namespaceHex.replaceAll(/../g, (pair) => `\\x${pair}`);

const PLAIN_TEXTS = String.raw`\["[^"\\[:cntrl:]]*"(,"[^"\\[:cntrl:]]*")*\]`;

export const MACROS: readonly string[] = [
  'CREATE OR REPLACE MACRO regexp_like(subject, pattern) AS regexp_matches(subject, pattern)',
  'CREATE OR REPLACE MACRO array_join(elements, separator) AS array_to_string(elements, separator)',
  'CREATE OR REPLACE MACRO cardinality(elements) AS len(elements)',
  // Half up, for non-negative integers: round(numerator / denominator).
  'CREATE OR REPLACE MACRO divide_half_up(numerator, denominator) AS CAST((2 * CAST(numerator AS HUGEINT) + denominator) // (2 * CAST(denominator AS HUGEINT)) AS BIGINT)',
  // IMDb's "no value" is \\N.
  "CREATE OR REPLACE MACRO imdb_text(field) AS nullif(nullif(field, '\\N'), '')",
  "CREATE OR REPLACE MACRO imdb_integer(field) AS CASE WHEN regexp_matches(field, '^[0-9]{1,9}$') THEN CAST(field AS INTEGER) END",
  "CREATE OR REPLACE MACRO is_imdb_integer(field) AS field = '\\N' OR regexp_matches(field, '^[0-9]{1,9}$')",
  // A whole number as a text that sorts as the number does: a letter for its number of digits, then the digits.
  'CREATE OR REPLACE MACRO sortable(number) AS chr(CAST(64 + length(CAST(number AS VARCHAR)) AS INTEGER)) || CAST(number AS VARCHAR)',
  'CREATE OR REPLACE MACRO json_text(value) AS CAST(to_json(value) AS VARCHAR)',
  "CREATE OR REPLACE MACRO imdb_list(field, separator) AS CASE WHEN field IN ('\\N', '') THEN NULL ELSE string_split(field, separator) END",
  // A JSON array of texts without escapes, as most of IMDb's are: told, and taken apart, without reading it as JSON.
  `CREATE OR REPLACE MACRO is_plain_texts(field) AS regexp_full_match(field, '${PLAIN_TEXTS}')`,
  "CREATE OR REPLACE MACRO imdb_texts(field) AS CASE WHEN field IN ('\\N', '') THEN NULL " +
    `WHEN is_plain_texts(field) THEN string_split(substr(field, 3, length(field) - 4), '","') ` +
    'ELSE TRY_CAST(TRY_CAST(field AS JSON) AS VARCHAR[]) END',
  // RFC 9562, version 5: the first 16 bytes of SHA-1(name space, name), with version and variant set.
  'CREATE OR REPLACE MACRO uuid5_of_sha1(hex) AS ' +
    "substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-5' || substr(hex, 14, 3) || '-' || " +
    "substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr(hex, 17, 1)), 1) || substr(hex, 18, 3) || '-' || substr(hex, 21, 12)",
  `CREATE OR REPLACE MACRO title_id(tconst) AS uuid5_of_sha1(sha1('${namespaceBlob}'::BLOB || encode(tconst)))`,
];
