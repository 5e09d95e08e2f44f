/** However many rows a list has, the service that sends it stays as small as it is. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { atDepth, someOf } from '@rushes/ports/contracts/depth';
import { expect, test } from 'vitest';

const SERVICE = fileURLToPath(new URL('made-up-service.ts', import.meta.url));
const ROWS = atDepth({ quick: 60_000, deep: 400_000 });
const MOST_MB = 300;
/** Heaps are as large as the machine lets them be, garbage included; a container of that size has about these. */
const SMALL_HEAP = ['--max-old-space-size=128', '--max-semi-space-size=8'];

test.each(someOf(['ndjson', 'csv', 'arrow', 'parquet'], 1))(
  `${ROWS.toLocaleString('en-US')} rows as %s take no more than ${MOST_MB} MiB`,
  async (format) => {
    const service = fork(SERVICE, [String(ROWS)], { execArgv: SMALL_HEAP });
    const answer = async (): Promise<Record<string, unknown>> => {
      const [message] = (await once(service, 'message')) as [Record<string, unknown>]; // as: what the service tells
      return message;
    };
    try {
      const { url } = await answer();
      const response = await fetch(`${String(url)}/titles?format=${format}`);
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).byteLength; // as: a body's chunks are bytes
      service.send('how much memory');
      const { peakMb } = await answer();
      process.stdout.write(
        `${ROWS} rows as ${format}: ${(bytes / 1e6).toFixed(1)} MB, at most ${Math.round(Number(peakMb))} MiB of memory\n`,
      );
      expect(bytes).toBeGreaterThan(20 * ROWS);
      expect(peakMb).toBeLessThan(MOST_MB);
    } finally {
      service.kill();
    }
  },
  atDepth({ quick: 300_000, deep: 3_600_000 }),
);
