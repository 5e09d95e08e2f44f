/** A binary heap of numbers in an array: no number is less than the one at half its place. */
const swap = (heap: number[], one: number, other: number): void => {
  [heap[one], heap[other]] = [heap[other] ?? 0, heap[one] ?? 0];
};

export const push = (heap: number[], value: number): void => {
  let at = heap.push(value) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && (heap[parent] ?? 0) > value; parent = (at - 1) >> 1) {
    swap(heap, at, parent);
    at = parent;
  }
};

const sink = (heap: number[]): void => {
  for (let at = 0; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) if ((heap[child] ?? Infinity) < (heap[least] ?? Infinity)) least = child;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
};

/** Takes the least number out. */
export const popLeast = (heap: number[]): number | undefined => {
  const least = heap[0];
  const last = heap.pop();
  if (heap.length > 0 && last !== undefined) {
    heap[0] = last;
    sink(heap);
  }
  return least;
};
