/** What is made once for each name, with the options it is first asked for with. */
export const named = <Options extends { readonly name: string }, Made>(make: (options: Options) => Made): ((options: Options) => Made) => {
  const known = new Map<string, Made>();
  return (options) => {
    let made = known.get(options.name);
    if (made === undefined) known.set(options.name, (made = make(options)));
    return made;
  };
};
