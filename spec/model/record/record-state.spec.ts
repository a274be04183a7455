import {
  NEW_RECORD,
  Outcome,
  rememberState,
  setState,
  setTentativeState,
  stateOf,
} from '../../../lib/model/record/record-state';
import type { RecordState } from '../../../lib/model/record/record-state';

const state = (storedId: string): RecordState => ({ ...NEW_RECORD, storedId });

describe('The state of a record', () => {
  it('is that of a new one until another is set', () => {
    const record = {};
    expect(stateOf(record)).toBe(NEW_RECORD);
    setState(record, state('a'));
    expect(stateOf(record).storedId).toBe('a');
  });

  it('can be tentative, and is what it was before when that was taken back', () => {
    const [fresh, known] = [{}, {}];
    setState(known, state('known'));
    const outcome = new Outcome();
    for (const record of [fresh, known]) {
      setTentativeState(record, state('first'), outcome);
      setTentativeState(record, state('second'), outcome);
      expect(stateOf(record).storedId).toBe('second');
    }
    outcome.isTakenBack = true;
    expect(stateOf(fresh)).toBe(NEW_RECORD);
    expect(stateOf(known).storedId).toBe('known');
  });

  it('can be tentative more than once', () => {
    const record = {};
    const [one, other] = [new Outcome(), new Outcome()];
    setTentativeState(record, state('one'), one);
    setTentativeState(record, state('other'), other);
    other.isTakenBack = true;
    expect(stateOf(record).storedId).toBe('one');
    one.isTakenBack = true;
    expect(stateOf(record)).toBe(NEW_RECORD);
  });

  it('can be gone back to, tentative or not', () => {
    const [fresh, record] = [{}, {}];
    const outcome = new Outcome();
    setTentativeState(record, state('tentative'), outcome);
    const undo = [rememberState(fresh), rememberState(record)];
    setState(fresh, state('later'));
    setState(record, state('later'));
    for (const each of undo) each();
    expect(stateOf(fresh)).toBe(NEW_RECORD);
    expect(stateOf(record).storedId).toBe('tentative');
    outcome.isTakenBack = true;
    expect(stateOf(record)).toBe(NEW_RECORD);
  });
});
