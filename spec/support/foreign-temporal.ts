/** What another implementation of Temporal has for a value: the same tag and text, but another class. */
export function foreign(type: string, text: string, calendar = ''): object {
  return {
    [Symbol.toStringTag]: `Temporal.${type}`,
    toString(options?: { calendarName?: string }): string {
      return options?.calendarName === 'never' ? text : text + calendar;
    },
  };
}
