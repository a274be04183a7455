/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- comparing two generic functions is the one
   way to ask TypeScript whether two types are identical */
/** Whether two types are the same, also where one could be assigned to the other. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

/** Compiles only for `Same<A, B>` of two types that are the same. */
export type Expect<T extends true> = T;
