export { type FilmSample, writeFilmSample } from './films/write-film-sample.ts';
