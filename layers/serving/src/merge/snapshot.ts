/**
 * What a request answers from: one publication with its open artefacts, and the overlay at one position. Invariants: all that a request reads comes from
 * one snapshot; the artefacts are closed when nobody holds the publication any more, never before; one whose artefacts were closed cannot be pinned
 * again; an overlay state never changes.
 */
import { highestOffsets, type OffsetVector } from '@rushes/domain';
import type { BatchViewStore, Publication } from '@rushes/ports';

import { type About, type Dependency, describeAnswers } from './about.ts';
import { keepCounts } from './kept-counts.ts';
import { type Completeness, lostEvents, type Missing } from './overlay/completeness.ts';
import { mergedReader } from './overlay/merged-reader.ts';
import { mergedSearch, type TitleSearch } from './overlay/merged-search.ts';
import type { OverlayState } from './overlay/overlay.ts';
import { openSearchedRows, type SearchedRows } from './overlay/searched-rows.ts';
import { closeViews, openViews, type ViewReaders } from './view-readers.ts';

/** A publication's artefacts, open as long as somebody holds them. */
export interface OpenPublication {
  readonly publication: Publication;
  readonly views: ViewReaders;
  /** Names of views that could not be opened: answers that need one are refused. */
  readonly absent: readonly string[];
  /** The rows by which titles that events changed are found. */
  readonly searchedRows: SearchedRows;
  pin(): void;
  /** Gives up one pin. The last one closes the artefacts. */
  release(): void;
}

export interface Snapshot extends OpenPublication {
  /** The views as batch and speed layer say together. */
  readonly views: ViewReaders;
  /** The views as the batch layer alone says. */
  readonly batch: ViewReaders;
  /** Titles by the words of their names. */
  readonly search: TitleSearch;
  /** `undefined`: there is no speed layer. */
  readonly overlay: OverlayState | undefined;
  readonly completeness: Completeness;
  /** What its answers reach: all before these offsets is in them, or missing. `undefined`: there is no speed layer. */
  readonly position: OffsetVector | undefined;
  /** All that its answers lack. */
  readonly missing: readonly Missing[];
  /** What of it may still come. */
  readonly awaited: readonly Missing[];
  /** The completeness but for what is lost, about which nothing can be done. */
  readonly projected: Completeness;
  /** What an answer that depends on this says of itself. */
  about(dependency: Dependency): About;
}

/**
 * Opens all views of a publication; `partly`: all but those that only some answers need. The caller holds one pin. `onTrouble` hears of artefacts that
 * could not be closed.
 */
export const openPublication = async (
  store: BatchViewStore,
  publication: Publication,
  onTrouble: (error: unknown) => void,
  partly = false,
): Promise<OpenPublication> => {
  const { readers, absent } = await openViews(store, publication, partly);
  const views: ViewReaders = { ...readers, titles: keepCounts(readers.titles) };
  let pins = 1;
  return {
    publication,
    views,
    absent,
    searchedRows: openSearchedRows(views.search),
    pin: () => {
      if (pins === 0) throw new Error(`publication ${publication.number} was pinned after its artefacts were closed`);
      pins += 1;
    },
    release: () => {
      if (pins === 0) throw new Error(`publication ${publication.number} was released more often than pinned`);
      pins -= 1;
      if (pins === 0) void closeViews(Object.values(views), onTrouble);
    },
  };
};

/** The overlay at one position, and what it lacks that may still come. */
export interface SpeedPart {
  readonly overlay: OverlayState;
  readonly missing: readonly Missing[];
}

/**
 * @param speed `undefined`: there is no speed layer.
 * @param isStale whether something is there that these answers do not show.
 */
export const takeSnapshot = (open: OpenPublication, codeVersion: string, speed: SpeedPart | undefined, isStale: boolean): Snapshot => {
  const { publication, views: batch, absent, searchedRows } = open;
  const overlay = speed?.overlay;
  const awaited = speed?.missing ?? [];
  const position = overlay && highestOffsets(overlay.position, publication.passed ?? {});
  const missing = [...lostEvents(publication, position ?? publication.cut), ...awaited];
  const projected = awaited.length > 0 ? 'gap' : isStale ? 'stale' : 'complete';
  const completeness = missing.length > 0 ? 'gap' : projected;
  const views: ViewReaders =
    overlay === undefined
      ? batch
      : {
          ...batch,
          // Answers of one snapshot count the same rows, and the overlay's part of a count grows with what changed.
          titles: keepCounts(mergedReader(batch.titles, overlay.titles)),
          genres: mergedReader(batch.genres, overlay.genres),
          statistics: mergedReader(batch.statistics, overlay.statistics),
          sentiment: mergedReader(batch.sentiment, overlay.sentiment),
          tmdbLinks: mergedReader(batch.tmdbLinks, overlay.tmdbLinks),
        };
  return {
    publication,
    views,
    absent,
    searchedRows,
    batch,
    search: mergedSearch(batch.search, overlay?.titles, searchedRows),
    overlay,
    completeness,
    position,
    missing,
    awaited,
    projected,
    pin: () => open.pin(),
    release: () => open.release(),
    about: describeAnswers({ publication, codeVersion, overlay, completeness, missing }),
  };
};
