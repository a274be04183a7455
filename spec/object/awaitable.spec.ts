import { andThen } from '../../lib/object/awaitable';

describe('andThen', () => {
  it('goes on at once with a value', () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
  });

  it('goes on with a promise’s value when that has come', async () => {
    await expect(andThen(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2);
    await expect(andThen(Promise.reject(new RangeError('No')), () => 1)).rejects.toThrow(RangeError);
  });
});
