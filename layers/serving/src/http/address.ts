/** The bytes of an address. Invariant: what routes read was UTF-8; other bytes would be found nowhere, and nobody would tell. */
import type { Fault } from './problem.ts';

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The parameters of a query that are not UTF-8, or have a `%` that escapes nothing. */
export const undecodable = (url: string): readonly Fault[] => {
  const at = url.indexOf('?');
  if (at === -1 || !url.includes('%', at) || decoded(url.slice(at)) !== undefined) return [];
  return url
    .slice(at + 1)
    .split('&')
    .filter((parameter) => decoded(parameter) === undefined)
    .map((parameter) => {
      const [name = ''] = parameter.split('=', 1);
      return { in: 'query', name: decoded(name) ?? name, detail: 'cannot be decoded: it must be UTF-8, escaped as %XX' };
    });
};
