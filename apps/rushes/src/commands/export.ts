import { resolve } from 'node:path';

import { formatAmount, formatDuration } from '@rushes/runtime';
import { exportTable, TABLE_FORMAT_NAMES, TABLE_FORMATS, TABLE_NAMES, type TableFormatName } from '@rushes/serving';
import { checkDataFolder, openStoresToServe } from '@rushes/stores';
import { Argument, type Command, Option } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { writeToFile, writeToStream } from '../write-export.ts';

interface ExportFlags {
  readonly table: string;
  readonly format: TableFormatName;
  readonly out?: string;
  readonly query: string;
  readonly csvFormulas: 'defuse' | 'keep';
}

const STANDARD_OUTPUT = '-';

export const addExport = (program: Command): Command =>
  addCommand<ExportFlags>(program, 'export', {
    summary: 'write a whole list as Parquet, CSV, Arrow or NDJSON',
    description:
      'Writes a whole list, as the API answers it at this moment, into a file: all rows from one version and one position in the log. No server is needed, and one may run. A file of the name is replaced once the new one is whole.',
    settings: storeSettings(),
    arguments: [new Argument('<table>', 'the list').choices(TABLE_NAMES)],
    options: [
      new Option('--format <FORMAT>', 'the format').choices(TABLE_FORMAT_NAMES).makeOptionMandatory(),
      new Option('--out <FILE>', 'the file; `-` is standard output (default: the name of the table, in this folder)'),
      new Option('--query <QUERY>', 'filters, order and fields of the list, as in an address of the API').default('', 'everything'),
      new Option('--csv-formulas <WHAT>', 'texts that spreadsheets would run as formulas').choices(['defuse', 'keep']).default('defuse'),
    ],
    examples: [
      ['export titles --format parquet', 'all titles into titles.parquet'],
      ["export movies --format csv --query 'genre=Drama&year_from=2000&sort=rating&desc' --out dramas.csv", 'some films, best first'],
      ['export titles --format ndjson --out - | head -3', 'into a pipe'],
    ],
    narrates: true,
    run: async (invocation, { table, format, out, query, csvFormulas }) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      await checkDataFolder(config.folders.data);
      const stores = await openStoresToServe(invocation);
      const begunMs = performance.now();
      let rows = 0;
      const task = progress.task({ name: table, unit: 'rows' });
      const exported = await exportTable(stores, {
        table,
        format,
        query,
        keepFormulas: csvFormulas === 'keep',
        onRows: (count) => {
          rows += count;
          task.advance(count);
        },
        onTrouble: (message, err) => logger.warn({ err }, message),
      });
      const { version, completeness, position } = exported;
      try {
        if (out === STANDARD_OUTPUT) {
          // Nothing else may come between: what is told goes with the progress.
          await writeToStream(exported.bytes, process.stdout, lifecycle.signal);
          task.finish(`version ${version}, ${completeness}`);
          return done;
        }
        const file = resolve(out ?? `${table}.${TABLE_FORMATS[format].extension}`);
        const bytes = await writeToFile(exported.bytes, file, lifecycle.signal);
        task.finish();
        output.result({ table, format, file, rows, bytes, version, completeness, position }, () =>
          [
            `${formatAmount(rows, 'rows')} of version ${version} (${completeness}) are in ${file}:`,
            `${formatAmount(bytes, 'bytes')} in ${formatDuration(performance.now() - begunMs)}.`,
          ].join(' '),
        );
        return done;
      } finally {
        await exported.bytes.return(undefined);
        await exported.close();
      }
    },
  });
