/**
 * Larger objects are not read on the spot, but by another thread, so that nobody is held up: to inflate and to hash
 * this many bytes takes half a millisecond or less. A hop to another thread alone takes 40 to 130 µs.
 */
export const ON_THE_SPOT_BYTES = 128 * 1024;

/** What is answered instead of an object that is there, but too large to be read on the spot. */
export const TOO_LARGE = 'too large';
export type TooLarge = typeof TOO_LARGE;
