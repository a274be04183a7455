/** The longest time that a timer of Node waits, in milliseconds: anything longer it takes for one. */
export const LONGEST_WAIT = 2 ** 31 - 1;
