export { NAME_KINDS, type NameKind, namesText, readNames, type SearchedName } from './names.ts';
export { type Found, searchJudge, type WordMatch } from './score.ts';
export { type MatchKind, type SearchWords, type Term, termsOf } from './terms.ts';
export { WORDS_VERSION, wordsOf } from './words.ts';
