-- The tables of movie_service.py, filled from CSV files in the current folder.
CREATE TABLE titles (
  id uuid PRIMARY KEY,
  tconst text NOT NULL UNIQUE,
  title text,
  original_title text,
  type text NOT NULL,
  year integer,
  runtime_minutes integer,
  genres text[] NOT NULL,
  rating double precision,
  votes integer,
  is_adult boolean NOT NULL
);
CREATE TABLE people (nconst text PRIMARY KEY, name text);
CREATE TABLE crew (tconst text, role text, place integer, nconst text, PRIMARY KEY (tconst, role, place));
CREATE TABLE actors (tconst text, ordering integer, nconst text, category text, characters jsonb NOT NULL, PRIMARY KEY (tconst, ordering));
\copy titles FROM 'titles.csv' CSV
\copy people FROM 'people.csv' CSV
\copy crew FROM 'crew.csv' CSV
\copy actors FROM 'actors.csv' CSV
-- Lists of films: one index for each order, and one for genres.
CREATE INDEX ON titles (coalesce(votes, -1) DESC, id) WHERE type = 'movie' AND NOT is_adult;
CREATE INDEX ON titles (coalesce(rating, -1) DESC, id) WHERE type = 'movie' AND NOT is_adult;
CREATE INDEX ON titles USING gin (genres) WHERE type = 'movie' AND NOT is_adult;
VACUUM ANALYZE;
