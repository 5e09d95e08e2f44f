/** Changes when `foldText` gives another result for any text: what is stored folded has to be built anew then. */
export const FOLD_VERSION = 1;

const ascii = /^[\x20-\x7e]*$/;

/**
 * The folded form by which texts are sorted and searched: lower case, without diacritics.
 * Compared as UTF-8 bytes (which is the order of code points). The one implementation for every layer.
 */
export const foldText = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase()
        .normalize('NFC');
