import { referenceNotFound } from '../../lib/git/reference-errors';

describe('A reference', () => {
  it('that has to be there is missed with a remedy when it is a branch', () => {
    expect(referenceNotFound('refs/heads/draft')).toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
      message:
        'There is no reference refs/heads/draft. Create it with createBranch(), or commit to it first.',
      details: { ref: 'refs/heads/draft' },
    });
    expect(referenceNotFound('refs/tags/v1').message).toBe('There is no reference refs/tags/v1.');
  });
});
