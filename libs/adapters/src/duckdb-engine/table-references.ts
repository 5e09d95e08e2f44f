/** A node of DuckDB's serialized syntax tree: only what the walk below looks at. */
type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/**
 * The tables that a statement reads, from the JSON that DuckDB's `json_serialize_sql` makes of it, sorted.
 * Names of common table expressions are left out; they are not qualified by a schema.
 * @throws if the statement is not a single SELECT.
 */
export const tableReferences = (tree: string): readonly string[] => {
  const parsed: unknown = JSON.parse(tree);
  if (!isNode(parsed) || parsed['error'] === true)
    throw new Error(`not a SELECT: ${isNode(parsed) ? String(parsed['error_message']) : tree}`);
  const found = new Set<string>();
  const pending: unknown[] = [parsed];
  while (pending.length > 0) {
    const node = pending.pop();
    if (!isNode(node)) continue;
    if (
      node['type'] === 'BASE_TABLE' &&
      typeof node['table_name'] === 'string' &&
      typeof node['schema_name'] === 'string' &&
      node['schema_name'] !== ''
    )
      found.add(`${node['schema_name']}.${node['table_name']}`);
    pending.push(...Object.values(node));
  }
  return [...found].toSorted();
};
