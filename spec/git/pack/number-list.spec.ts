import { NumberList } from '../../../lib/git/pack/number-list';

describe('A list of numbers', () => {
  it('holds as many as come, each as it was', () => {
    const list = new NumberList(Float64Array);
    const number = (position: number): number => position * 2 ** 20;
    for (let position = 0; position < 50_000; position++) list.push(number(position));
    expect(list.size).toBe(50_000);
    for (const position of [0, 1, 16_383, 16_384, 49_999]) expect(list.at(position)).toBe(number(position));
  });
});
