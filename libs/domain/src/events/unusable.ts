/**
 * What stands for a record that is no event at all, because something that does not know our events wrote it. A log gives such a record as an event with
 * this text, so that both layers judge it alike, and what was written is kept beside the reason.
 */

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * The text of a record that cannot be used.
 * @param reason why, for people.
 * @param bytes what was written; `null`: nothing.
 */
export const unusableText = (reason: string, bytes: Uint8Array | null): string =>
  JSON.stringify({
    unusable: reason,
    base64: bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  });

/** The reason, if a parsed text is one of `unusableText`. */
export const unusableReason = (value: Readonly<Record<string, unknown>>): string | undefined => {
  const { unusable, base64, ...others } = value;
  const isMadeHere = isText(unusable) && (base64 === null || isText(base64)) && Object.keys(others).length === 0;
  return isMadeHere ? unusable : undefined;
};
