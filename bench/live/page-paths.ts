/** Lists that are asked for while many titles have changed. */
export const PAGE_PATHS = [
  '/movies',
  '/movies?sort=rating&desc=true',
  '/movies?genre=Action&rating_gt=6.5&sort=rating&desc=true',
  '/movies?type=all',
  '/top_movies?limit=20',
] as const;
