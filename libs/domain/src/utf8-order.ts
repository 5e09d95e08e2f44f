/**
 * The order of texts by their UTF-8 bytes, which is the order of code points and SQLite's BINARY collation.
 * JavaScript's own `<` compares UTF-16 units and puts the surrogates (code points above U+FFFF) before U+E000..U+FFFF.
 */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Negative, zero or positive as `a` stands before, at or after `b`. */
export const compareUtf8 = (a: string, b: string): number => {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
};
