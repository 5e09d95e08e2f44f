/** Headers of an answer against the contract, both ways. */
export interface DescribedHeader {
  readonly $ref?: string;
}

interface WithHeaders {
  readonly components: { readonly headers: Readonly<Record<string, { readonly required?: boolean }>> };
}

/** Headers of HTTP itself, of its transport and of browsers' protection: no contract names them. */
const OF_HTTP =
  /^(access-control-.*|connection|content-.*|cross-origin-.*|date|keep-alive|referrer-policy|transfer-encoding|vary|x-content-type-options|x-frame-options)$/;

/** What is wrong: headers that the contract calls required and are not there, and headers that are there and the contract does not name. */
export const headerFaults = (
  { components }: WithHeaders,
  described: Readonly<Record<string, DescribedHeader>>,
  given: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const isRequired = ({ $ref = '' }: DescribedHeader): boolean => components.headers[$ref.split('/').at(-1) ?? '']?.required === true;
  const missing = Object.entries(described).filter(([name, header]) => isRequired(header) && given[name] === undefined);
  const unnamed = Object.keys(given).filter((name) => !OF_HTTP.test(name) && !Object.hasOwn(described, name));
  return [...missing.map(([name]) => `${name} is missing`), ...unnamed.map((name) => `${name} is not described`)];
};
