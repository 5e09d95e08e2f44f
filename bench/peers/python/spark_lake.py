"""The steps of scripts/duckdb-lake.ts as a PySpark job on two cores: spark_lake.py IMDB OUT. Prints what it measured as JSON."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

IMDB, OUT = sys.argv[1:]

BRONZE = ["title.principals", "title.akas", "name.basics", "title.basics", "title.crew", "title.episode", "title.ratings"]

# The id of a title: UUID, version 5, in the name space of imdb.com.
HASHED = "sha1(concat(unhex('51d0fad1d12e560f9b59410e1a226423'), encode(tconst, 'UTF-8')))"
UUID5 = """concat_ws('-', substring(hash, 1, 8), substring(hash, 9, 4), concat('5', substring(hash, 14, 3)),
  concat(translate(substring(hash, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab'), substring(hash, 18, 3)), substring(hash, 21, 12))"""

SILVER = {
    "principals": """
        SELECT tconst, int(ordering) AS ordering, nconst, category, job, from_json(characters, 'array<string>') AS characters
        FROM bronze_title_principals""",
    "akas": r"""
        SELECT titleId AS tconst, int(ordering) AS ordering, title, region, language, split(types, '\u0002') AS types,
          split(attributes, '\u0002') AS attributes, isOriginalTitle = '1' AS is_original
        FROM bronze_title_akas""",
    "names": """
        SELECT nconst, primaryName AS name, int(birthYear) AS birth_year, int(deathYear) AS death_year,
          split(primaryProfession, ',') AS professions, split(knownForTitles, ',') AS known_for
        FROM bronze_name_basics""",
    "titles": f"""
        SELECT tconst, {UUID5} AS title_id, titleType AS title_type, primaryTitle AS primary_title, originalTitle AS original_title,
          isAdult = '1' AS is_adult, int(startYear) AS start_year, int(endYear) AS end_year, int(runtimeMinutes) AS runtime_minutes,
          split(genres, ',') AS genres
        FROM (SELECT *, {HASHED} AS hash FROM bronze_title_basics)""",
    "crew": "SELECT tconst, split(directors, ',') AS directors, split(writers, ',') AS writers FROM bronze_title_crew",
    "episodes": """
        SELECT tconst, parentTconst AS parent_tconst, int(seasonNumber) AS season_number, int(episodeNumber) AS episode_number
        FROM bronze_title_episode""",
    "ratings": "SELECT tconst, CAST(averageRating AS DECIMAL(3, 1)) AS rating, int(numVotes) AS votes FROM bronze_title_ratings",
}


def first_five(people: str) -> str:
    return f"""
        SELECT tconst, transform(slice(sort_array(collect_list(struct(place, name))), 1, 5), named -> named.name) AS {people}
        FROM (SELECT tconst, posexplode({people}) AS (place, nconst) FROM silver_crew) JOIN silver_names USING (nconst)
        WHERE name IS NOT NULL GROUP BY tconst"""


GOLD = {
    "imdb_titles": f"""
        WITH directed AS ({first_five("directors")}), written AS ({first_five("writers")})
        SELECT t.tconst AS title_key, left(primary_title, 200) AS primary_title, left(original_title, 200) AS original_title, title_type,
          array_join(d.directors, ',') AS directors, array_join(w.writers, ',') AS writers, array_join(slice(genres, 1, 3), ',') AS genres,
          coalesce(size(c.directors), 0) > 0 AS hasDirectors, coalesce(size(c.writers), 0) > 0 AS hasWriters,
          end_year IS NOT NULL AS hasEnded, coalesce(size(slice(genres, 1, 3)), 0) AS numOfGenres, start_year AS releaseYear,
          end_year AS endYear, rating AS averageRating, votes AS numVotes, runtime_minutes AS runtimeMinutes,
          coalesce(size(c.directors), 0) AS numDirectors, coalesce(size(c.writers), 0) AS numWriters
        FROM silver_titles t LEFT JOIN silver_ratings USING (tconst) LEFT JOIN silver_crew c USING (tconst)
        LEFT JOIN directed d USING (tconst) LEFT JOIN written w USING (tconst)""",
    "top_movies": """
        WITH average AS (SELECT count(*) AS rated, sum(votes) AS total FROM silver_ratings),
        movies AS (
          SELECT title_id, tconst, primary_title AS title, start_year AS year, genres, int(rating * 10) AS rating_tenths, votes
          FROM silver_titles JOIN silver_ratings USING (tconst) WHERE title_type = 'movie' AND NOT is_adult AND votes >= 500)
        SELECT row_number() OVER (ORDER BY bigint(votes) * rating_tenths DESC, title_id) AS rank, movies.*,
          (2 * rated * votes * rating_tenths * 100 + total) DIV (2 * total) AS score_thousandths
        FROM movies CROSS JOIN average""",
    "top_actors": """
        SELECT row_number() OVER (ORDER BY films DESC, nconst) AS rank, nconst, name, films
        FROM (
          SELECT nconst, int(count(DISTINCT tconst)) AS films FROM silver_principals JOIN silver_titles USING (tconst)
          WHERE category IN ('actor', 'actress') AND title_type = 'movie' AND NOT is_adult
          GROUP BY nconst ORDER BY films DESC, nconst LIMIT 1000)
        LEFT JOIN silver_names USING (nconst)""",
}

TOP_MOVIES = {
    "best_by_genre": """
        SELECT * FROM (
          SELECT genre, row_number() OVER (PARTITION BY genre ORDER BY rating_tenths DESC, votes DESC, title_id) AS rank,
            title_id, tconst, title, year, rating_tenths, votes
          FROM (SELECT *, explode(genres) AS genre FROM gold_top_movies))
        WHERE rank <= 10""",
    "top_movie_credits": """
        SELECT row_number() OVER (ORDER BY credits DESC, nconst) AS rank, * FROM (
          SELECT nconst, max(name) AS name, int(count(DISTINCT tconst)) AS credits, sort_array(collect_set(category)) AS categories
          FROM gold_top_movies JOIN silver_principals USING (tconst) LEFT JOIN silver_names USING (nconst)
          WHERE rank <= 10 GROUP BY nconst)""",
    "top_movie_titles": """
        WITH top AS (
          SELECT rank, m.title_id, tconst, primary_title, original_title FROM gold_top_movies m JOIN silver_titles USING (tconst) WHERE rank <= 10)
        SELECT rank, title_id, tconst, 0 AS place, primary_title AS title, string(NULL) AS region, string(NULL) AS language,
          array('primary') AS types, false AS is_original
        FROM top WHERE primary_title IS NOT NULL
        UNION ALL SELECT rank, title_id, tconst, 1, original_title, NULL, NULL, array('original'), true FROM top WHERE original_title IS NOT NULL
        UNION ALL SELECT rank, title_id, tconst, ordering + 1, title, region, language, types, is_original
        FROM top JOIN silver_akas USING (tconst) WHERE NOT (is_original AND title <=> original_title)""",
}


def used(pid: int) -> tuple[float, float]:
    """Processor time in ms and the most resident memory in MiB of a process, as Linux tells it."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return sum(map(int, ticks)) * 10, int(peak.split()[1]) / 1024


started = time.perf_counter()
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", "4g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.local.dir", f"{OUT}/tmp")
    .config("spark.sql.warehouse.dir", f"{OUT}/tmp/warehouse")
    .config("spark.sql.parquet.compression.codec", "zstd")
    .config("spark.sql.shuffle.partitions", "8")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
steps: dict[str, float] = {}
parts: dict[str, float] = {"bronze": 0, "silver": 0, "gold": 0}


def write(layer: str, tables: dict[str, DataFrame | str]) -> None:
    """Writes the tables of a layer as Parquet, two at a time; those after them read the files."""

    def write_one(table: str) -> None:
        before, path, select = time.perf_counter(), f"{OUT}/{layer}/{table}", tables[table]
        (spark.sql(select) if isinstance(select, str) else select).write.parquet(path)
        spark.read.parquet(path).createOrReplaceTempView(f"{layer}_{table}")
        steps[f"{layer}.{table}"] = (time.perf_counter() - before) * 1000

    before = time.perf_counter()
    with ThreadPoolExecutor(2) as two:
        list(two.map(write_one, tables))
    parts[layer] += (time.perf_counter() - before) * 1000


def read(dataset: str) -> DataFrame:
    return spark.read.csv(f"{IMDB}/{dataset}.tsv.gz", sep="\t", header=True, quote="", escape="", nullValue="\\N")


write("bronze", {dataset.replace(".", "_"): read(dataset) for dataset in BRONZE})
write("silver", SILVER)
write("gold", GOLD)
write("gold", TOP_MOVIES)
wall_ms = (time.perf_counter() - started) * 1000
ends = [used(pid) for pid in (os.getpid(), spark._jvm.java.lang.ProcessHandle.current().pid())]
spark.stop()
usage = {"cpuMs": sum(cpu for cpu, _ in ends), "peakMb": sum(peak for _, peak in ends)}
print(json.dumps({"wallMs": wall_ms, **usage, "rows": {}, "parts": parts, "steps": steps}))
