/** VADER's words and phrases that change what their neighbors are worth, and by how much: the model's constants (Hutto and Gilbert, 2014). */

/** What a degree adverb adds to the word that it precedes. */
const BOOST = 0.293;
/** What capitals add, where not everything is in capitals. */
export const CAPITALS = 0.733;
/** What a negation multiplies by. */
export const NEGATION = -0.74;
/** What "never so" and "never this" multiply by: they are no negation. */
export const NEVER_SO = 1.25;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const STRENGTHENING = words(`
  absolutely amazingly awfully completely considerable considerably decidedly deeply effing enormous enormously entirely especially exceptional
  exceptionally extreme extremely fabulously flipping flippin frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging
  greatly hella highly hugely incredible incredibly intensely major majorly more most particularly purely quite really remarkably so substantially
  thoroughly total totally tremendous tremendously uber unbelievably unusually utter utterly very`);

const WEAKENING = words(`
  almost barely hardly kinda kindof kind-of less little marginal marginally occasional occasionally partly scarce scarcely slight slightly somewhat
  sorta sortof sort-of`);

/** What degree adverbs add to the strength of the word that they precede. */
export const BOOSTERS: ReadonlyMap<string, number> = new Map([
  ...STRENGTHENING.map((word): [string, number] => [word, BOOST]),
  ...WEAKENING.map((word): [string, number] => [word, -BOOST]),
]);

/** The same for adverbs of two words. Unlike the others they are added whatever the sign of the word. */
export const BOOSTING_PHRASES: ReadonlyMap<string, number> = new Map([
  ['just enough', -BOOST],
  ['kind of', -BOOST],
  ['sort of', -BOOST],
]);

const NEGATIONS: ReadonlySet<string> = new Set(
  words(`
    cannot despite neither never none nope nor not nothing nowhere rarely seldom uh-uh uhuh without
    aint arent cant couldnt darent didnt doesnt dont hadnt hasnt havent isnt mightnt mustnt neednt oughtnt shant shouldnt wasnt werent wont wouldnt`),
);

/** Whether a word, in lower case, negates: one of the list, or anything with "n't" in it. */
export const isNegation = (word: string): boolean => NEGATIONS.has(word) || word.includes("n't");

/** Phrases that are worth something else than their words, in place of them. */
export const IDIOMS: ReadonlyMap<string, number> = new Map([
  ['the shit', 3],
  ['the bomb', 3],
  ['bad ass', 1.5],
  ['bus stop', 0],
  ['yeah right', -2],
  ['kiss of death', -1.5],
  ['to die for', 3],
  ['beating heart', 3.1],
  ['broken heart', -2.9],
]);
