/** A script that the server runs as one step. It is sent by its hash; a server that does not know it, since it was started anew, is sent the text. */
import { hash } from 'node:crypto';

import { ReplyError } from 'ioredis';
import type { Redis } from 'ioredis';

export interface Script {
  /** For metrics. */
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

export type ScriptArgument = string | number | Buffer;

/** What a script returns: texts are bytes, `false` and `nil` are null. */
export type Reply = Buffer | number | null | readonly Reply[];

/** @param text in Lua, the names of keys as `KEYS`, all else as `ARGV`. */
export const script = (name: string, text: string): Script => ({ name, text, sha: hash('sha1', text, 'hex') });

/** A server's answer that is an error. */
interface Refusal extends Error {
  readonly command: unknown;
}

/** Whether the server answered with an error. */
export const isRefusal = (error: unknown): error is Refusal => error instanceof ReplyError;

/** @throws the client's errors. */
export const runScript = async (
  client: Redis,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<Reply> => {
  const given = [keys.length, ...keys, ...args];
  try {
    return (await client.callBuffer('EVALSHA', sha, ...given)) as Reply; // as: what scripts can return
  } catch (error) {
    if (!isRefusal(error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return (await client.callBuffer('EVAL', text, ...given)) as Reply; // as: the same
  }
};
