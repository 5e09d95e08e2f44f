/**
 * By how much films that events changed change the sums of the view `film_sums`: their former part is subtracted, their present one added. Persistent: a copy
 * costs nothing, and changing it leaves the original as it was. Invariant: the artefact's sums plus these are those of an artefact made of all rows as they are
 * now; a request adds the two, so nothing of the artefact is read while events are merged.
 */
import { compareUtf8 } from '@rushes/domain';
import { addFilmSums, type CountedFilm, type FilmCell, type FilmSums, NO_FILM_SUMS } from '@rushes/views';
import SortedBTree from 'sorted-btree';

// The package is CommonJS: what Node imports as its default is the whole module.
const BTree = SortedBTree.default;
type Tree<K, V> = InstanceType<typeof BTree<K, V>>;

/** Stands in no genre. */
const SEPARATOR = '\u001f';

const nameOf = ({ genreKey, year }: FilmCell): string => `${genreKey}${SEPARATOR}${year ?? ''}`;

export interface YearDifference {
  readonly year: number | null;
  readonly sums: FilmSums;
}

export interface ChangedFilmSums {
  /** The differences of a genre's years. @param genreKey folded; empty: of all films. */
  of(genreKey: string): Iterable<YearDifference>;
  /** A copy that can be changed. */
  edit(): ChangedFilmSumsEditor;
}

export interface ChangedFilmSumsEditor {
  /** Adds (`1n`) or subtracts (`-1n`) a film and its reviews; `undefined`: a title that is no film. */
  count(film: CountedFilm | undefined, reviews: FilmSums, sign: 1n | -1n): void;
  done(): ChangedFilmSums;
}

const isNothing = (sums: FilmSums): boolean => sums.every((sum) => sum === 0n);

const changedFilmSums = (byCell: Tree<string, FilmSums>): ChangedFilmSums => ({
  *of(genreKey) {
    const prefix = `${genreKey}${SEPARATOR}`;
    for (const [name, sums] of byCell.entries(prefix)) {
      if (!name.startsWith(prefix)) return;
      const year = name.slice(prefix.length);
      yield { year: year === '' ? null : Number(year), sums };
    }
  },
  edit() {
    const edited = byCell.clone();
    return {
      count(film, reviews, sign) {
        if (film === undefined) return;
        const added = addFilmSums(film.sums, reviews);
        if (isNothing(added)) return;
        for (const cell of film.cells) {
          const name = nameOf(cell);
          const sums = addFilmSums(edited.get(name) ?? NO_FILM_SUMS, added, sign);
          if (isNothing(sums)) edited.delete(name);
          else edited.set(name, sums);
        }
      },
      done: () => changedFilmSums(edited),
    };
  },
});

export const noFilmSums = (): ChangedFilmSums => changedFilmSums(new BTree<string, FilmSums>(undefined, compareUtf8));
