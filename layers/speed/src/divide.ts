/**
 * Divides partitions among members as evenly as can be, with the fewest moves: a member keeps what it has up to its share, and the members that have
 * most get the larger shares. Pure.
 * @param owners who owns what now; a partition that nobody owns, or somebody who is not a member, is given away.
 * @param members in any order that all who divide agree on.
 */
export const divide = <Partition, Member>(
  partitions: readonly Partition[],
  owners: ReadonlyMap<Partition, Member>,
  members: readonly Member[],
): Map<Partition, Member> => {
  const divided = new Map<Partition, Member>();
  if (members.length === 0) return divided;
  const has = new Map<Member, Partition[]>(members.map((member) => [member, []]));
  for (const partition of partitions) {
    const owner = owners.get(partition);
    if (owner !== undefined) has.get(owner)?.push(partition);
  }
  const smaller = Math.floor(partitions.length / members.length);
  const larger = partitions.length % members.length;
  const shares = [...has]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([member, kept], at) => ({ member, kept, share: at < larger ? smaller + 1 : smaller }));
  for (const { member, kept, share } of shares) for (const partition of kept.slice(0, share)) divided.set(partition, member);
  const free = partitions.filter((partition) => !divided.has(partition));
  for (const { member, kept, share } of shares) {
    for (const partition of free.splice(0, Math.max(0, share - kept.length))) divided.set(partition, member);
  }
  return divided;
};
