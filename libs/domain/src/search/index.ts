export { type NameKind, namesText } from './names.ts';
export { searchJudge, type WordMatch } from './score.ts';
export { type MatchKind, type SearchWords, type Term, termsOf } from './terms.ts';
export { WORDS_VERSION, wordsOf } from './words.ts';
