import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Asks the real service once for each path and writes `[path, body]` lines: what the bare server answers with. */
export const captureAnswers = async (url: string, paths: Iterable<string>, file: string): Promise<void> => {
  const out = createWriteStream(file);
  for (const path of new Set(paths)) {
    // Uncompressed, as the load asks for it.
    const response = await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity' } });
    if (response.status !== 200) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    if (!out.write(`${JSON.stringify([path, await response.text()])}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
};
