/** What both services are asked: the same films and lists, each by its own addresses, since a cursor is its maker's. */
import { genreNames, listedIds, listPages } from '../../http/scenarios.ts';

const LIST = '/movies';
const DEEP_PAGE = 1000;
/** Enough that connections ask for different ones. */
const NEIGHBORS = 80;
const LEAST_RATINGS = [5, 5.5, 6, 6.5, 7, 7.5];

export interface PeerScenario {
  readonly name: string;
  /** Asked for in turn; what is kept is measured with the first. */
  readonly paths: readonly string[];
  /** The same at the peer; empty without one. */
  readonly peerPaths: readonly string[];
}

/** Finds ids and the addresses of pages by walking there. @param peer its address, if there is one. */
export const planPeerScenarios = async (url: string, peer: string | undefined): Promise<readonly PeerScenario[]> => {
  const pages = await listPages(url, LIST);
  const peerPages = peer === undefined ? [] : await listPages(peer, LIST);
  const movies = (await listedIds(url, `${LIST}?type=movie`)).map((id) => `/movies/${id}`);
  const filtered = (await genreNames(url)).flatMap((genre) =>
    LEAST_RATINGS.map((rating) => `${LIST}?genre=${encodeURIComponent(genre)}&rating_gt=${rating}&sort=rating&desc=true`),
  );
  const deep = Math.min(DEEP_PAGE, pages.length - NEIGHBORS);
  if (deep < NEIGHBORS) throw new Error(`the sample is too small: ${LIST} has ${pages.length} pages, and ${2 * NEIGHBORS} are needed`);
  const scenario = (name: string, paths: readonly string[], peerPaths = paths): PeerScenario => ({
    name,
    paths,
    peerPaths: peer === undefined ? [] : peerPaths,
  });
  const beginning = (of: readonly string[]): readonly string[] => of.slice(0, NEIGHBORS);
  const around = (of: readonly string[]): readonly string[] => of.slice(deep - 1, deep - 1 + NEIGHBORS);
  return [
    scenario('a movie', movies),
    scenario('a list of films', beginning(pages), beginning(peerPages)),
    scenario(`page ${deep.toLocaleString('en-US')} of it`, around(pages), around(peerPages)),
    scenario('films of a genre above a rating', filtered),
  ];
};
