/** Fewer people than this are never told of by themselves. */
export const FEWEST = 5;

/**
 * Puts neighbours together until nobody can be picked out: each group has nobody at all or at least {@link FEWEST}
 * people. What is left over at the end goes to the group before it. Neighbours stay neighbours, so that a group is
 * always one stretch: days of a month, hours of a day, steps of a scale.
 *
 * @param entries in their order.
 * @param peopleIn how many people stand behind one.
 * @returns the groups; a single one that is too small where there are too few people altogether.
 */
export function merged<Entry>(
  entries: readonly Entry[],
  peopleIn: (entry: Entry) => number,
): (readonly Entry[])[] {
  const groups: Entry[][] = [];
  const sizes: number[] = [];
  let group: Entry[] = [];
  let size = 0;
  for (const entry of entries) {
    const people = peopleIn(entry);
    group.push(entry);
    size += people;
    if (size !== 0 && size < FEWEST) continue;
    groups.push(group);
    sizes.push(size);
    group = [];
    size = 0;
  }
  if (group.length === 0) return groups;
  // What is between it and the last group that has people is nobody's.
  while (groups.length > 0) {
    group = [...(groups.pop() ?? []), ...group];
    if ((sizes.pop() ?? 0) > 0) break;
  }
  return [...groups, group];
}
