"""Films over HTTP from PostgreSQL, as one would write it with Flask: a movie, and lists by votes or rating with keyset pages and two filters."""

import base64
import json
import os
from urllib.parse import urlencode

from flask import Flask, Response, abort, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

app = Flask(__name__)
app.json.sort_keys = False
app.json.ensure_ascii = False
pool = ConnectionPool(os.environ["DATABASE"], min_size=1, max_size=4, open=False, kwargs={"row_factory": dict_row, "autocommit": True})

META = {
    "batch": {"version": 1, "cut_at": "2026-01-01T00:00:00.000Z", "published_at": "2026-01-01T00:00:00.000Z"},
    "completeness": "complete",
    "data_source": "batch",
    "last_updated": "2026-01-01T00:00:00.000Z",
}
FIELDS = """id, tconst, NULL AS tmdb_id, title, original_title, type, year, runtime_minutes, genres, rating, votes,
  'https://www.imdb.com/title/' || tconst || '/' AS imdb_link, is_adult"""


def crew(role: str) -> str:
    return f"""(SELECT coalesce(json_agg(json_build_object('nconst', nconst, 'name', name) ORDER BY place), '[]')
      FROM crew LEFT JOIN people USING (nconst) WHERE crew.tconst = titles.tconst AND role = '{role}')"""


MOVIE = f"""
  SELECT {FIELDS}, {crew("director")} AS directors, {crew("writer")} AS writers,
    (SELECT coalesce(json_agg(json_build_object('nconst', nconst, 'name', name, 'category', category, 'characters', characters)
        ORDER BY ordering), '[]')
      FROM actors LEFT JOIN people USING (nconst) WHERE actors.tconst = titles.tconst) AS "cast"
  FROM titles WHERE tconst = %s"""
ORDERS = {"votes": "coalesce(votes, -1)", "rating": "coalesce(rating, -1)"}


@app.get("/movies/<tconst>")
def movie(tconst: str) -> dict | Response:
    with pool.connection() as connection:
        found = connection.execute(MOVIE, [tconst]).fetchone()
    if found is None:
        abort(404)
    imdb, live = {"rating": found["rating"], "votes": found["votes"]}, {"rating": None, "votes": 0}
    return {"data": {**found, "ratings": {"imdb": imdb, "live": live}}, "meta": META}


@app.get("/movies")
def movies() -> dict:
    given, sort = request.args, request.args.get("sort", "votes")
    order, size = ORDERS.get(sort) or abort(400), given.get("page_size", 10, int)
    conditions, values = ["type = 'movie'", "NOT is_adult"], []
    if "genre" in given:
        conditions.append("genres @> ARRAY[%s]")
        values.append(given["genre"])
    if "rating_gt" in given:
        conditions.append("coalesce(rating, -1) > %s")
        values.append(float(given["rating_gt"]))
    if "cursor" in given:
        value, last = json.loads(base64.urlsafe_b64decode(given["cursor"]))
        conditions.append(f"{order} <= %s AND ({order} < %s OR id > %s)")
        values.extend([value, value, last])
    select = f"SELECT {FIELDS} FROM titles WHERE {' AND '.join(conditions)} ORDER BY {order} DESC, id LIMIT %s"
    with pool.connection() as connection:
        found = connection.execute(select, [*values, size + 1]).fetchall()
    page, following = found[:size], None
    if len(found) > size:
        last = page[-1]
        cursor = json.dumps([-1 if last[sort] is None else last[sort], str(last["id"])])
        following = "/movies?" + urlencode({**given, "cursor": base64.urlsafe_b64encode(cursor.encode()).decode()})
    return {"data": page, "meta": META, "next": following}
