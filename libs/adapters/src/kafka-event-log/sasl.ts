/** How a connection says who it is, in the client's options. */
import { readFile } from 'node:fs/promises';
import type { SASLOptions } from '@platformatic/kafka';
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import type { KafkaSasl } from './options.ts';

/** @throws StoreFault if there is none, StoreUnavailable while the file is empty: whoever renews it may be writing it. */
const tokenIn = async (file: string, location: string): Promise<string> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new StoreFault({
      location,
      reason: `cannot be shown a token: ${file} cannot be read`,
      hint: 'See whether the file with the token is there, and whether this process may read it.',
      cause,
    });
  }
  const token = text.trim();
  if (token !== '') return token;
  throw new StoreUnavailable({
    location,
    reason: `cannot be shown a token: ${file} is empty`,
    hint: 'See whether what renews the token has written it.',
  });
};

/** A broker answers a token that it does not take with a success that holds what is wrong with it (RFC 7628, 3.2.2), and waits for a word that ends it. */
const requireNoComplaint: NonNullable<SASLOptions['authBytesValidator']> = (bytes, callback) => {
  const said = bytes.toString('utf8');
  if (said.trim() === '') callback(null, bytes);
  else callback(new Error(`the broker says of the token: ${said}`));
};

/** @param location for messages. */
export const saslOptions = (sasl: KafkaSasl, location: string): SASLOptions => {
  if ('user' in sasl) return { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password };
  const token = 'token' in sasl ? sasl.token : () => tokenIn(sasl.tokenFile, location);
  return { mechanism: sasl.mechanism, token, authBytesValidator: requireNoComplaint };
};
