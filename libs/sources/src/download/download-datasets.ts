import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES, type ImdbDataset } from '@rushes/domain';
import { explainError, type Logger, type Progress, type ProgressTask, TerminalError, TransientError, UsageError } from '@rushes/runtime';
import pRetry from 'p-retry';
import { datasetFileName } from '../imdb-files.ts';
import { disownSampleFolder } from '../sample-folder.ts';
import { type FetchedFile, fetchFile, type FetchListener, type FetchOptions } from './fetch-file.ts';
import { UnreachableError } from './request.ts';

export interface DownloadOptions {
  readonly folder: string;
  /** Address of the folder that holds `<data set>.tsv.gz`. */
  readonly baseUrl: string;
  /** Longest silence of the server, in milliseconds. Default: 30 s. */
  readonly stallMs?: number;
  /** Wait before the second attempt at a file, doubled each time, in milliseconds. Default: 1 s. */
  readonly retryDelayMs?: number;
}

export interface DownloadedDataset extends FetchedFile {
  readonly dataset: ImdbDataset;
}

const STALL_MS = 30_000;
const RETRY_DELAY_MS = 1_000;
const MAX_RETRY_DELAY_MS = 30_000;
/** Attempts that bring next to nothing, one after the other, before a file is given up. */
const RETRIES = 5;
/** An attempt that brought this much does not count as failed: on a bad line even a gigabyte arrives in the end. */
const WORTHWHILE_BYTES = 1 << 20;

/**
 * Fetches IMDb's seven files, one after the other. What is there and has not changed is left alone, what was interrupted goes on.
 * @throws TerminalError if there is no way to the server or it does not have a file; TransientError if a file broke off too often (what came is kept).
 */
export const downloadDatasets = async (
  { folder, baseUrl, stallMs = STALL_MS, retryDelayMs = RETRY_DELAY_MS }: DownloadOptions,
  { progress, signal, logger }: { readonly progress: Progress; readonly signal: AbortSignal; readonly logger: Logger },
): Promise<readonly DownloadedDataset[]> => {
  const base = URL.parse(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  if (base?.protocol !== 'https:' && base?.protocol !== 'http:')
    throw new UsageError(`${baseUrl} is no address to fetch files from`, { hint: 'name one that begins with https://' });
  await mkdir(folder, { recursive: true });
  const results: DownloadedDataset[] = [];
  for (const dataset of IMDB_DATASET_NAMES) {
    const name = datasetFileName(dataset);
    const task = progress.task({ name: `fetch ${name}`, unit: 'bytes' });
    try {
      const file = await fetchWithRetries(
        { url: new URL(name, base), path: join(folder, name), stallMs, signal },
        { task, logger, retryDelayMs, firstOfAll: results.length === 0 },
      );
      task.finish(file.outcome);
      logger.info({ file: name, ...file }, 'file is there');
      results.push({ dataset, ...file });
      await disownSampleFolder(folder);
    } catch (error) {
      task.fail(signal.aborted ? 'stopped' : 'failed');
      throw error;
    }
  }
  return results;
};

interface Attempts {
  readonly task: ProgressTask;
  readonly logger: Logger;
  readonly retryDelayMs: number;
  /** Nothing has come from the server yet. */
  readonly firstOfAll: boolean;
}

const fetchWithRetries = async (
  options: Omit<FetchOptions, 'listener'>,
  { task, logger, retryDelayMs, firstOfAll }: Attempts,
): Promise<FetchedFile> => {
  let reached = !firstOfAll;
  /** Of the whole file so far; of the attempt so far. */
  let counted = 0;
  let received = 0;
  const listener: FetchListener = {
    begun: (start, total) => {
      reached = true;
      if (total !== undefined) task.setTotal(total);
      task.advance(start - counted);
      counted = start;
    },
    advanced: (bytes) => {
      task.advance(bytes);
      counted += bytes;
      received += bytes;
    },
  };
  const attempt = async (): Promise<FetchedFile> => {
    received = 0;
    try {
      return await fetchFile({ ...options, listener });
    } catch (error) {
      throw error instanceof UnreachableError && !reached ? noNetwork(options.url, error.cause) : error;
    }
  };
  try {
    return await pRetry(attempt, {
      retries: RETRIES,
      minTimeout: retryDelayMs,
      maxTimeout: MAX_RETRY_DELAY_MS,
      signal: options.signal,
      shouldConsumeRetry: () => received < WORTHWHILE_BYTES,
      shouldRetry: ({ error }) => error instanceof TransientError,
      onFailedAttempt: ({ error, retriesLeft, retryDelay }) => {
        if (error instanceof TransientError && retriesLeft > 0)
          logger.warn(
            { reason: explainError(error).message, url: options.url.href, retries_left: retriesLeft, retry_delay_ms: retryDelay },
            'fetching was interrupted',
          );
      },
    });
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    throw new TransientError(`${options.url.href} could not be fetched`, {
      hint: 'run the same command again: it goes on where this one stopped',
      cause: error,
    });
  }
};

const noNetwork = (url: URL, cause: unknown): TerminalError =>
  new TerminalError(`no network: ${url.host} cannot be reached`, {
    hint: 'connect this machine and run the command again; the film sample works offline: npm start',
    cause,
  });
