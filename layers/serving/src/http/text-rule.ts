/**
 * The one rule for texts that clients send, in bodies and in queries: whole characters, none of them a control character. Where a text has lines, tabs and
 * line ends are no control characters. Pure.
 */

/** Of a text in one line that says something. */
export const LINE = String.raw`^(?=[\s\S]*\S)[^\u0000-\u001f\u007f-\u009f]+$`;

/** Of a text with lines that says something. */
export const LINES = String.raw`^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]+$`;

const CONTROL = /\p{Cc}/gu;
const LAYOUT = new Set(['\t', '\n', '\r']);

const nameOf = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What is wrong with a text, or with a member of a list of texts; anything else is no text and passes. */
export const textFault = (value: unknown, hasLines = false): string | undefined => {
  if (Array.isArray(value)) {
    const at = value.findIndex((member) => textFault(member, hasLines) !== undefined);
    return at === -1 ? undefined : `member ${at + 1} ${textFault(value[at], hasLines)}`;
  }
  if (typeof value !== 'string') return undefined;
  if (!value.isWellFormed()) return 'has half of a surrogate pair, which is no text';
  const control = value.match(CONTROL)?.find((character) => !hasLines || !LAYOUT.has(character));
  return control === undefined ? undefined : `has a control character (${nameOf(control)})`;
};
