/** Which of `size` records the n-th read is of: scattered, without repetition while n < size, always the same. */
export function scattered(n: number, size: number): number {
  // 7919 is a prime larger than most steps between neighbours in a cache, and divides no size used here.
  return (n * 7919) % size;
}
