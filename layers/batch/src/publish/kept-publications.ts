import type { Publication } from '@rushes/ports';

/** The publications of the newest versions. */
export const keptPublications = (publications: readonly Publication[], keepVersions: number): readonly Publication[] => {
  const kept = new Set([...new Set(publications.map(({ version }) => version))].slice(0, keepVersions));
  return publications.filter(({ version }) => kept.has(version));
};
