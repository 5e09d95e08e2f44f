/**
 * A yardstick for a batch run: what a data engineer would write in an hour, in plain DuckDB: `duckdb-lake.ts IMDB OUT`. IMDb's `.tsv.gz` files become
 * bronze Parquet (texts), silver Parquet (typed) and the result tables; one SELECT a table, two tables at a time, two threads, no memory limit. It
 * shares no line with the batch layer: its SQL follows the definitions in docs/data.md and docs/api.md, so its results are a check of Rushes' gold tables.
 * It trusts the files: no quarantine, no check of keys, no hashes, no validation, nothing published.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import { usage } from '../../process/usage.ts';
import type { PeerRun } from '../runs/peer-run.ts';

const [imdb = '', out = ''] = process.argv.slice(2);

/** A table's SELECT by its name. */
type Tables = Readonly<Record<string, string>>;

/** The largest first, so that the last one is not waited for alone. */
const BRONZE: Tables = Object.fromEntries(
  ['title.principals', 'title.akas', 'name.basics', 'title.basics', 'title.crew', 'title.episode', 'title.ratings'].map((dataset) => [
    dataset.replace('.', '_'),
    `SELECT * FROM read_csv('${join(imdb, dataset)}.tsv.gz', delim = '\t', header = true, all_varchar = true, quote = '', escape = '', nullstr = '\\N')`,
  ]),
);

const SILVER: Tables = {
  principals: `
    SELECT tconst, ordering::INTEGER AS ordering, nconst, category, job, from_json(characters, '["VARCHAR"]') AS characters
    FROM bronze.title_principals`,
  akas: `
    SELECT titleId AS tconst, ordering::INTEGER AS ordering, title, region, language,
      string_split(types, chr(2)) AS types, string_split(attributes, chr(2)) AS attributes, isOriginalTitle = '1' AS is_original
    FROM bronze.title_akas`,
  names: `
    SELECT nconst, primaryName AS name, birthYear::INTEGER AS birth_year, deathYear::INTEGER AS death_year,
      string_split(primaryProfession, ',') AS professions, string_split(knownForTitles, ',') AS known_for
    FROM bronze.name_basics`,
  // A title's id is the UUID, version 5, of its tconst in the name space of imdb.com.
  titles: `
    SELECT tconst, uuid5(tconst) AS title_id, titleType AS title_type, primaryTitle AS primary_title, originalTitle AS original_title,
      isAdult = '1' AS is_adult, startYear::INTEGER AS start_year, endYear::INTEGER AS end_year, runtimeMinutes::INTEGER AS runtime_minutes,
      string_split(genres, ',') AS genres
    FROM bronze.title_basics`,
  crew: `SELECT tconst, string_split(directors, ',') AS directors, string_split(writers, ',') AS writers FROM bronze.title_crew`,
  episodes: `
    SELECT tconst, parentTconst AS parent_tconst, seasonNumber::INTEGER AS season_number, episodeNumber::INTEGER AS episode_number
    FROM bronze.title_episode`,
  ratings: `SELECT tconst, averageRating::DECIMAL(3, 1) AS rating, numVotes::INTEGER AS votes FROM bronze.title_ratings`,
};

/** The names of the first five people of a list in `crew` who have one, in the file's order. */
const firstFive = (people: string): string => `
  SELECT tconst, list(name ORDER BY place)[1:5] AS names
  FROM (SELECT tconst, unnest(${people}) AS nconst, generate_subscripts(${people}, 1) AS place FROM silver.crew)
  JOIN silver.names USING (nconst)
  WHERE name IS NOT NULL
  GROUP BY tconst`;

const GOLD: Tables = {
  imdb_titles: `
    WITH directed AS (${firstFive('directors')}), written AS (${firstFive('writers')})
    SELECT
      tconst AS title_key,
      left(primary_title, 200) AS primary_title,
      left(original_title, 200) AS original_title,
      title_type,
      array_to_string(directed.names, ',') AS directors,
      array_to_string(written.names, ',') AS writers,
      array_to_string(genres[1:3], ',') AS genres,
      coalesce(len(crew.directors), 0) > 0 AS "hasDirectors",
      coalesce(len(crew.writers), 0) > 0 AS "hasWriters",
      end_year IS NOT NULL AS "hasEnded",
      coalesce(len(genres[1:3]), 0)::INTEGER AS "numOfGenres",
      start_year AS "releaseYear",
      end_year AS "endYear",
      rating AS "averageRating",
      votes AS "numVotes",
      runtime_minutes AS "runtimeMinutes",
      coalesce(len(crew.directors), 0)::INTEGER AS "numDirectors",
      coalesce(len(crew.writers), 0)::INTEGER AS "numWriters"
    FROM silver.titles
    LEFT JOIN silver.ratings USING (tconst)
    LEFT JOIN silver.crew USING (tconst)
    LEFT JOIN directed USING (tconst)
    LEFT JOIN written USING (tconst)`,
  top_movies: `
    WITH
      average AS (SELECT count(*)::HUGEINT AS titles, sum(votes) AS votes FROM silver.ratings),
      movies AS (
        SELECT title_id, tconst, primary_title AS title, start_year AS year, genres, (rating * 10)::INTEGER AS rating_tenths, votes
        FROM silver.titles
        JOIN silver.ratings USING (tconst)
        WHERE title_type = 'movie' AND NOT is_adult AND votes >= 500
      )
    SELECT
      row_number() OVER (ORDER BY movies.votes::BIGINT * rating_tenths DESC, title_id)::INTEGER AS rank,
      movies.*,
      -- votes / (average.votes / average.titles) × rating, in thousandths, rounded half up.
      ((2 * average.titles * movies.votes * rating_tenths * 100 + average.votes) // (2 * average.votes))::BIGINT AS score_thousandths
    FROM movies
    CROSS JOIN average`,
  top_actors: `
    WITH films AS (
      SELECT nconst, count(DISTINCT tconst)::INTEGER AS films
      FROM silver.principals
      JOIN silver.titles USING (tconst)
      WHERE category IN ('actor', 'actress') AND title_type = 'movie' AND NOT is_adult
      GROUP BY nconst
      ORDER BY films DESC, nconst
      LIMIT 1000
    )
    SELECT row_number() OVER (ORDER BY films DESC, nconst)::INTEGER AS rank, nconst, name, films FROM films LEFT JOIN silver.names USING (nconst)`,
};

/** Made from the top movies, so they come after them. */
const TOP_MOVIES: Tables = {
  best_by_genre: `
    SELECT genre, row_number() OVER best AS rank, title_id, tconst, title, year, rating_tenths, votes
    FROM (SELECT * EXCLUDE (genres, rank), unnest(genres) AS genre FROM gold.top_movies)
    WINDOW best AS (PARTITION BY genre ORDER BY rating_tenths DESC, votes DESC, title_id)
    QUALIFY rank <= 10`,
  top_movie_credits: `
    SELECT
      row_number() OVER (ORDER BY count(DISTINCT tconst) DESC, nconst)::INTEGER AS rank,
      nconst, any_value(name) AS name, count(DISTINCT tconst)::INTEGER AS credits, list_sort(list(DISTINCT category)) AS categories
    FROM gold.top_movies
    JOIN silver.principals USING (tconst)
    LEFT JOIN silver.names USING (nconst)
    WHERE rank <= 10
    GROUP BY nconst`,
  top_movie_titles: `
    WITH top AS (SELECT rank, title_id, tconst, primary_title, original_title FROM gold.top_movies JOIN silver.titles USING (tconst, title_id) WHERE rank <= 10)
    SELECT rank, title_id, tconst, 0 AS place, primary_title AS title, NULL AS region, NULL AS language, ['primary'] AS types, false AS is_original
    FROM top WHERE primary_title IS NOT NULL
    UNION ALL
    SELECT rank, title_id, tconst, 1, original_title, NULL, NULL, ['original'], true FROM top WHERE original_title IS NOT NULL
    UNION ALL
    SELECT rank, title_id, tconst, ordering + 1, title, region, language, types, is_original
    FROM top JOIN silver.akas USING (tconst)
    WHERE NOT (is_original AND title IS NOT DISTINCT FROM original_title)`,
};
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connections = [await instance.connect(), await instance.connect()] as const;
const [connection] = connections;
/** UUIDs, version 5, in the name space of imdb.com: the first 128 bits of a SHA-1, six of them set to version and variant. */
await connection.run(`
  CREATE MACRO as_uuid5(hex) AS
    concat_ws('-', hex[1:8], hex[9:12], '5' || hex[14:16], translate(hex[17], '0123456789abcdef', '89ab89ab89ab89ab') || hex[18:20], hex[21:32]);
  CREATE MACRO uuid5(name) AS as_uuid5(sha1(unhex('51d0fad1d12e560f9b59410e1a226423') || encode(name)))`);
for (const layer of ['bronze', 'silver', 'gold']) {
  await mkdir(join(out, layer), { recursive: true });
  await connection.run(`CREATE SCHEMA ${layer}`);
}

const rows: Record<string, number> = {};
const steps: Record<string, number> = {};
/** Writes tables of a layer as Parquet, two at a time; those after them read the files. */
const write = async (layer: string, tables: Tables): Promise<void> => {
  const waiting = Object.entries(tables);
  const writeOneByOne = async (by: DuckDBConnection): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [table, select] = next;
      const [before, folder] = [performance.now(), join(out, layer, table)];
      const file = join(folder, 'rows.parquet');
      await mkdir(folder);
      const written = await by.runAndReadAll(`COPY (${select}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
      await by.run(`CREATE VIEW ${layer}.${table} AS SELECT * FROM read_parquet('${file}')`);
      rows[`${layer}.${table}`] = Number(written.getRowsJS()[0]?.[0]);
      steps[`${layer}.${table}`] = performance.now() - before;
    }
  };
  await Promise.all(connections.map(writeOneByOne));
};
const timed = async (work: () => Promise<void>): Promise<number> => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};

const parts = {
  bronze: await timed(() => write('bronze', BRONZE)),
  silver: await timed(() => write('silver', SILVER)),
  gold: await timed(async () => {
    await write('gold', GOLD);
    await write('gold', TOP_MOVIES);
  }),
};
instance.closeSync();
const run: PeerRun = { wallMs: performance.now() - started, ...usage(), rows, parts, steps };
console.log(JSON.stringify(run));
