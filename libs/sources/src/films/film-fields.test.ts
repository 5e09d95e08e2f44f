import { expect, test } from 'vitest';
import { directorName, genresField, minutesField, ratingFields, titleField, yearField } from './film-fields.ts';

test.each([
  ['Red River', 'Red River'],
  [1776, '1776'],
  [null, '\\N'],
  ['', '\\N'],
  [' Two\tlines\n here ', 'Two lines here'],
  ['LÈon', 'Léon'],
  ["De battre mon coeur s'est arrÍtÈ", "De battre mon coeur s'est arrêté"],
  ['Die F‰lscher', 'Die Fälscher'],
  ['The Naked Gun 2Ω', 'The Naked Gun 2½'],
  ['Alien³', 'Alien³'],
  ['Ri¢hie Ri¢h', 'Ri¢hie Ri¢h'],
])('title %j is written %j', (title, field) => {
  expect(titleField(title)).toBe(field);
});

test('quotes that were doubled for CSV are single again', () => {
  expect(directorName('Jo ""Ace"" Ray')).toBe('Jo "Ace" Ray');
  expect(directorName(null)).toBeUndefined();
});

test.each([
  ['Jun 12 1998', '1998'],
  ['Dec 23 2011', '2011'],
  ['Feb 08 2015', '1915'],
  ['Dec 31 2046', '1946'],
  ['Dec 31 1969', '\\N'],
  ['Dec 30 1969', '1969'],
  ['1998', '\\N'],
])('date %j is of the year %s', (date, year) => {
  expect(yearField(date)).toBe(year);
});

test('runtimes', () => {
  expect(minutesField(136)).toBe('136');
  expect(minutesField(0)).toBe('\\N');
  expect(minutesField(null)).toBe('\\N');
});

test.each([
  ['Drama', null, 'Drama'],
  ['Thriller/Suspense', 'Science Fiction', 'Sci-Fi,Thriller'],
  ['Romantic Comedy', 'Fantasy', 'Comedy,Fantasy,Romance'],
  ['Concert/Performance', 'Factual', 'Music'],
  [null, 'Kids Fiction', 'Family'],
  [null, null, '\\N'],
])('genre %j with creative type %j: %s', (genre, creative, field) => {
  expect(genresField({ 'Major Genre': genre, 'Creative Type': creative })).toBe(field);
});

test('a rating needs both numbers, in their ranges', () => {
  expect(ratingFields({ 'IMDB Rating': 7, 'IMDB Votes': 12 })).toEqual(['7.0', '12']);
  expect(ratingFields({ 'IMDB Rating': 6.1, 'IMDB Votes': null })).toBeUndefined();
  expect(ratingFields({ 'IMDB Rating': null, 'IMDB Votes': 12 })).toBeUndefined();
  expect(ratingFields({ 'IMDB Rating': 10.1, 'IMDB Votes': 12 })).toBeUndefined();
});
