/**
 * Parts of regular expressions for ISO 8601 as records have it: as written here, by Python's `isoformat()` and
 * by hand. Whether a month has such a day is left to those who use them.
 */

/** `2024-05-05`; a year beyond 9999 or before 0 has a sign and six digits. */
export const DATE = String.raw`(?:\d{4}|[-+]\d{6})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;

/** `14:32`, `14:32:02` or `14:32:02.001`; neither 24:00 nor the second 60. */
export const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?`;

/** `+02:00`, `+0200` or `+02`. */
export const OFFSET = String.raw`[-+](?:[01]\d|2[0-3])(?::?[0-5]\d)?`;

/** Between date and time. */
export const SEPARATOR = '[Tt ]';

/** The first millisecond of the year 0. */
export const YEAR_0 = Date.UTC(-1, 12);

/** The first millisecond of the year 10000, after the last of those that have four digits. */
export const YEAR_10000 = Date.UTC(10_000, 0);
