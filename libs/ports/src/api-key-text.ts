/** The text of an API key, `rushes_<id>_<secret>`, and what of it is stored. Pure: randomness comes as an argument. */
import { hash } from 'node:crypto';

export const KEY_ID_BYTES = 8;
export const KEY_SECRET_BYTES = 32;

const KEY_TEXT = new RegExp(`^rushes_([0-9a-f]{${2 * KEY_ID_BYTES}})_([0-9a-f]{${2 * KEY_SECRET_BYTES}})$`);

export interface KeyParts {
  readonly id: string;
  readonly secretHash: string;
}

/**
 * A secret is 256 random bits: nobody finds it by trying, so one round of SHA-256 is enough. Slow hashes are for secrets that people make up.
 */
const hashOf = (secret: string): string => hash('sha256', secret, 'hex');

/** @throws RangeError if there is too little randomness. */
export const makeKeyText = (id: Uint8Array, secret: Uint8Array): KeyParts & { readonly text: string } => {
  if (id.byteLength !== KEY_ID_BYTES || secret.byteLength !== KEY_SECRET_BYTES)
    throw new RangeError(
      `a key is made of ${KEY_ID_BYTES} and ${KEY_SECRET_BYTES} random bytes, not of ${id.byteLength} and ${secret.byteLength}`,
    );
  const [idText, secretText] = [Buffer.from(id).toString('hex'), Buffer.from(secret).toString('hex')];
  return { id: idText, secretHash: hashOf(secretText), text: `rushes_${idText}_${secretText}` };
};

/** `undefined` if the text is no key at all. */
export const readKeyText = (text: string): KeyParts | undefined => {
  const [, id, secret] = KEY_TEXT.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secretHash: hashOf(secret) };
};
