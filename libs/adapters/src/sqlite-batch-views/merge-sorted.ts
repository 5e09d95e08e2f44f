/**
 * The first `limit` items of sorted streams taken together, in order. Reads from each stream one item more than it takes; ends all of them.
 * For a few dozen streams: the least head is found by looking at each.
 */
export const mergeSorted = <Item>(streams: readonly Iterator<Item>[], compare: (a: Item, b: Item) => number, limit: number): Item[] => {
  const taken: Item[] = [];
  try {
    const heads = streams.map((stream) => stream.next());
    while (taken.length < limit) {
      let least = -1;
      let item: Item | undefined;
      for (const [n, head] of heads.entries()) {
        if (head.done !== true && (item === undefined || compare(head.value, item) < 0)) [least, item] = [n, head.value];
      }
      const stream = streams[least];
      if (stream === undefined || item === undefined) return taken;
      taken.push(item);
      if (taken.length < limit) heads[least] = stream.next();
    }
    return taken;
  } finally {
    for (const stream of streams) stream.return?.();
  }
};
