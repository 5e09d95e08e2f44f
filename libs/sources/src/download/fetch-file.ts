/**
 * Fetches one file into a folder. The bytes go to `<name>.part`, which gets the file's name once it is complete: a file under its own name is always whole.
 * What was interrupted goes on where it stopped if the server still has the same version, and begins again if not.
 */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { TerminalError, TransientError } from '@rushes/runtime';
import { completeFile, discardPart, partOf, resumablePart } from './local-files.ts';
import { isStrong, type OriginRecord, removeOrigin, writeOrigin } from './origin-record.ts';
import { get, limitSilence, networkError } from './request.ts';

export interface FetchedFile {
  readonly outcome: 'fetched' | 'unchanged' | 'resumed';
  /** Size of the complete file. */
  readonly bytes: number;
}

/** Told how far a file is. */
export interface FetchListener {
  /** An answer has come; the file's bytes from `start` on follow. */
  begun(start: number, total: number | undefined): void;
  advanced(bytes: number): void;
}

export interface FetchOptions {
  readonly url: URL;
  /** Where the complete file goes. */
  readonly path: string;
  /** Longest silence of the server in milliseconds. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly listener: FetchListener;
}

/** One attempt. After a fault the part stays, for the next one. */
export const fetchFile = async (options: FetchOptions): Promise<FetchedFile> => {
  const { url, path } = options;
  const silence = limitSilence(url.href, options.stallMs);
  try {
    const signal = AbortSignal.any([options.signal, silence.signal]);
    const part = await resumablePart(path, url);
    const present = await completeFile(path, url);
    const headers = part ? { range: `bytes=${part.start}-`, 'if-range': part.etag } : present ? { 'if-none-match': present.etag } : {};
    const response = await get(url, headers, signal);
    silence.heard();
    if (response.status === 304 && present) return { outcome: 'unchanged', bytes: present.bytes };
    const start = part && response.status === 206 ? part.start : 0;
    if (response.status !== (start > 0 ? 206 : 200)) {
      await discardPart(path);
      throw new TransientError(`${url.href} was answered with status ${response.status}, which does not fit what was asked`);
    }
    const bytes = await receive(options, response, start, signal, () => silence.heard());
    return { outcome: start > 0 ? 'resumed' : 'fetched', bytes };
  } finally {
    silence.stop();
  }
};

const receive = async (
  { url, path, listener }: FetchOptions,
  response: Response,
  start: number,
  signal: AbortSignal,
  heard: () => void,
): Promise<number> => {
  const partPath = partOf(path);
  const encoding = response.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity')
    throw new TerminalError(`${url.href} is sent packed (${encoding}) although it was asked for as it is`, {
      hint: 'check what stands between here and the server',
    });
  const total = totalBytes(response, start, url);
  const etag = response.headers.get('etag');
  const origin: OriginRecord | undefined =
    etag === null ? undefined : { url: url.href, etag, ...(total === undefined ? {} : { bytes: total }) };
  if (start === 0) await removeOrigin(partPath);
  const file = await open(partPath, start === 0 ? 'w+' : 'r+');
  let at = start;
  try {
    if (start === 0 && origin && isStrong(origin.etag)) await writeOrigin(partPath, origin);
    await file.truncate(start);
    listener.begun(start, total);
    for await (const chunk of bodyOf(response, url, signal)) {
      heard();
      await writeAll(file, chunk, at);
      at += chunk.length;
      listener.advanced(chunk.length);
    }
    if (total !== undefined && at !== total) throw new TransientError(`${url.href} ended after ${at} of ${total} bytes`);
    await checkGzip(file, url);
    await keepTime(file, response);
    await file.sync();
  } catch (error) {
    if (error instanceof TerminalError) await discardPart(path);
    if (signal.aborted || error instanceof TerminalError || error instanceof TransientError) throw error;
    throw new TerminalError(`${partPath} could not be written`, {
      hint: 'see that there is room for it; what has come is kept',
      cause: error,
    });
  } finally {
    await file.close();
  }
  await removeOrigin(path);
  await rename(partPath, path);
  if (origin) await writeOrigin(path, { ...origin, bytes: at });
  await removeOrigin(partPath);
  return at;
};

/** The file is as old as its content: the time at which it was last changed says when that was so, to imports and replays. */
const keepTime = async (file: FileHandle, response: Response): Promise<void> => {
  const changedMs = Date.parse(response.headers.get('last-modified') ?? '');
  if (Number.isFinite(changedMs)) await file.utimes(changedMs / 1000, changedMs / 1000);
};

/** The body's chunks; a broken connection as a TransientError. */
async function* bodyOf(response: Response, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof TransientError ? cause : networkError(url, cause);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const writeAll = async (file: FileHandle, chunk: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
};

/** Size of the whole file, if the server tells. */
const totalBytes = (response: Response, start: number, url: URL): number | undefined => {
  const length = response.headers.get('content-length');
  if (start === 0) return length === null ? undefined : Number(length);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  if (!range || Number(range[1]) !== start)
    throw new TransientError(`${url.href}: bytes from ${start} on were asked for, "${response.headers.get('content-range')}" came`);
  return Number(range[2]);
};

/** A page of some proxy may come with status 200 as well. */
const checkGzip = async (file: FileHandle, url: URL): Promise<void> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  if (bytesRead < 2 || buffer.readUInt16BE() !== 0x1f8b)
    throw new TerminalError(`what came from ${url.href} is no gzip file`, {
      hint: 'check the address, and what stands between here and the server',
    });
};
