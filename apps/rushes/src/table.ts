type Row = readonly (string | number)[];

const textOf = (cell: string | number): string => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell);

/** Each row as lines of names and values, for a screen that is too narrow for columns. */
const records = (head: readonly string[], rows: readonly Row[]): string => {
  const width = Math.max(...head.map((name) => name.length));
  return rows.map((row) => row.map((cell, at) => `${(head[at] ?? '').padEnd(width)}  ${textOf(cell)}`).join('\n')).join('\n\n');
};

/** Rows as text in columns, for people; numbers stand to the right. Where a line is longer than `columns`, a value a line instead. */
export const table = (head: readonly string[], rows: readonly Row[], columns = Infinity): string => {
  const text = inColumns(head, rows);
  return rows.length > 0 && text.split('\n').some((line) => line.length > columns) ? records(head, rows) : text;
};

const inColumns = (head: readonly string[], rows: readonly Row[]): string => {
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const texts = [head, ...rows.map((row) => row.map(textOf))];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  return texts
    .map((row) =>
      row
        .map((cell, column) => (numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
