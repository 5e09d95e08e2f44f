import fc from 'fast-check';
import { expect, test } from 'vitest';

import { foldText, sortKey } from './fold.ts';

test.each([
  ['Straße', 'STRASSE', 'strasse'],
  ['STRAẞE', 'strasse', 'strasse'],
  ['ΟΔΟΣ', 'οδος', 'οδοσ'],
  ['Ὀδυσσεύς', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['Łódź', 'LODZ', 'lodz'],
  ['Øst', 'ost', 'ost'],
  ['Ægir', 'AEGIR', 'aegir'],
  ['Œuvre', 'oeuvre', 'oeuvre'],
  ['Đorđe', 'dorde', 'dorde'],
  ['Þór', 'THOR', 'thor'],
  ['ﬁlm', 'FILM', 'film'],
  ['İstanbul', 'istanbul', 'istanbul'],
  ['ısı', 'ISI', 'isi'],
  ['Élan', 'élan', 'elan'],
  ['Ёж', 'еж', 'еж'],
])('%s and %s are %s', (one, other, folded) => {
  expect([foldText(one), foldText(other)]).toEqual([folded, folded]);
});

/** Every character that has another form, or none. */
const characters = (function* () {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (/[\p{Changes_When_Casemapped}\p{Changes_When_NFKC_Casefolded}]/u.test(character)) yield character;
  }
})();

test('no character has a capital or a small letter that folds otherwise, and folding twice changes nothing', () => {
  const different: string[] = [];
  for (const character of characters) {
    const folded = foldText(character);
    const forms = [character.toUpperCase(), character.toLowerCase(), folded, character.normalize('NFC'), character.normalize('NFD')];
    if (forms.some((form) => foldText(form) !== folded)) different.push(character);
  }
  expect(different).toEqual([]);
});

const letters = fc.string({
  unit: fc.constantFrom('a', 'Z', 'ß', 'ς', 'Σ', 'Ł', 'é', '\u0301', 'İ', 'か\u3099', '한', '🎬', ' ', ' '),
  maxLength: 12,
});

test('texts that differ in case alone are folded alike, and the members of a set each by itself', () => {
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), (texts) => {
      for (const text of texts) {
        expect(foldText(text.toUpperCase())).toBe(foldText(text));
        expect(foldText(foldText(text))).toBe(foldText(text));
      }
      expect(foldText(texts.join('\u001f'))).toBe(texts.map(foldText).join('\u001f'));
    }),
  );
});

test('a sort key is the beginning of the folded text that fits into 200 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'ß', 'я', '漢', '🎬'), maxLength: 300 }), (text) => {
      const [key, folded] = [sortKey(text), foldText(text)];
      expect(folded.startsWith(key)).toBe(true);
      expect(Buffer.byteLength(key)).toBeLessThanOrEqual(200);
      const [next] = folded.slice(key.length);
      if (next !== undefined) expect(Buffer.byteLength(key + (Array.from(folded.slice(key.length))[0] ?? ''))).toBeGreaterThan(200);
    }),
  );
});
