import { setTimeout as delay } from 'node:timers/promises';
import { errorOf } from '../support/error-of';
import { git } from '../support/temporary-repository';
import { collect, commitMeanwhile, expectLog, filesAt, openPages } from '../support/workspaces';

const MISTAKE = new RangeError('A mistake');

describe('commitOnSuccess', () => {
  it('takes a save back that has changed what an instance knows, and nothing else', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'One' }).save({ commit: true, message: 'One' });
    const [mine, theirs] = [await Page.get('a'), await Page.get('a')];
    const failing = ws.commitOnSuccess(async () => {
      theirs.title = 'Two';
      await theirs.save();
      mine.title = 'Two';
      await mine.save({ overwrite: true });
      throw MISTAKE;
    });

    await expect(failing).rejects.toBe(MISTAKE);
    await mine.save({ commit: true, message: 'Two' });
    expect((await Page.get('a')).title).toBe('Two');
    expectLog(path, ['Two', 'One']);
  });

  it('commits all that the function has staged, and gives the oid', async () => {
    const { path, ws, Page } = await openPages();
    const oid = await ws.commitOnSuccess(
      async () => {
        await new Page({ slug: 'a', title: 'A' }).save();
        await new Page({ slug: 'b', title: 'B' }).save();
        await ws.index.addBlob('readme.txt', 'Hello');
        await Page.delete('a');
      },
      { message: 'All at once', author: { name: 'Ann', email: 'ann@example.com' } },
    );

    expect(git(path, 'log', '--format=%H %an')).toBe(`${oid ?? ''} Ann`);
    expect(filesAt(path, 'HEAD')).toEqual(['page/b/data.json', 'readme.txt']);
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['All at once']);
  });

  it('makes no commit when nothing has changed', async () => {
    const { path, ws, Page } = await openPages();
    const oid = await ws.commitOnSuccess(async () => {
      await new Page({ slug: 'a', title: 'A' }).save();
      await Page.delete('a');
    });

    expect(oid).toBeNull();
    expect(await ws.commitOnSuccess(() => undefined)).toBeNull();
    expectLog(path, []);
  });

  it('lets the function see what it has staged', async () => {
    const { path, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        await new Page({ slug: 'a', title: 'A' }).save();
        expect(await Page.get('a')).toMatchObject({ title: 'A' });
        expect(await Page.all().count()).toBe(1);
        expect(await ws.hasChanges()).toBe(true);
        expect((await ws.diff()).paths).toEqual(['page/a/data.json']);
        for await (const page of Page.all()) {
          page.title = 'Changed';
          await page.save();
        }
      },
      { message: 'One' },
    );

    expect(await Page.get('a')).toMatchObject({ title: 'Changed' });
    expectLog(path, ['One']);
  });

  it('is refused while changes are staged, without a call of the function', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    let called = false;
    const change = (): void => {
      called = true;
    };

    expect(await errorOf(() => ws.commitOnSuccess(change, { message: 'Two' }))).toMatchObject({
      code: 'PENDING_CHANGES',
      message:
        'Changes are staged and not committed, and commitOnSuccess() would commit them too. ' +
        'Commit them, or drop them with updateIndex(undefined, { discardChanges: true }).',
    });
    expect(called).toBe(false);
    await ws.commit({ message: 'One' });
    expectLog(path, ['One']);
  });
});

describe('commitOnSuccess with a function that throws', () => {
  it('throws the same, and nothing has changed', async () => {
    const { path, ws, Page } = await openPages();
    const stored = new Page({ slug: 'stored', title: 'Before' });
    await stored.save({ commit: true, message: 'Before' });
    const tree = await ws.index.writeTree();

    await expect(
      ws.commitOnSuccess(async () => {
        await new Page({ slug: 'a', title: 'A' }).save();
        await ws.index.addBlob('readme.txt', 'Hello');
        await Page.delete('stored');
        throw MISTAKE;
      }),
    ).rejects.toBe(MISTAKE);
    expect(await ws.index.writeTree()).toBe(tree);
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['Before']);
  });

  it('puts the records back too: what was new can be saved as new, what has moved is where it was', async () => {
    const { path, ws, Page } = await openPages();
    const moved = new Page({ slug: 'old', title: 'Before' });
    const deleted = new Page({ slug: 'deleted', title: 'Before' });
    await moved.save();
    await deleted.save();
    await ws.commit({ message: 'Before' });
    const oids = [moved.oid, deleted.oid];
    const fresh = new Page({ slug: 'fresh', title: 'A' });

    await expect(
      ws.commitOnSuccess(async () => {
        await fresh.save();
        fresh.title = 'B';
        await fresh.save();
        moved.slug = 'new';
        await moved.save();
        moved.slug = 'newer';
        await moved.save();
        await deleted.delete();
        throw MISTAKE;
      }),
    ).rejects.toBe(MISTAKE);

    expect([moved.oid, deleted.oid, fresh.oid]).toEqual([...oids, null]);
    await fresh.save();
    await moved.save();
    await deleted.delete();
    await ws.commit({ message: 'After' });
    expect(filesAt(path, 'HEAD')).toEqual(['page/fresh/data.json', 'page/newer/data.json']);
    expectLog(path, ['After', 'Before']);
  });

  it('does the same when the commit fails', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    const change = async (): Promise<void> => {
      await page.save();
    };

    for (const options of [{ message: 'a\0' }, { author: { name: '', email: '' } }]) {
      expect((await errorOf(() => ws.commitOnSuccess(change, options))).code).toBe('INVALID_ARGUMENT');
      expect([await ws.hasChanges(), page.oid]).toEqual([false, null]);
    }
    await ws.commitOnSuccess(change, { message: 'One' });
    commitMeanwhile(path);
    page.title = 'B';
    const { oid } = page;
    expect((await errorOf(() => ws.commitOnSuccess(change, { message: 'Two' }))).code).toBe(
      'CONCURRENT_UPDATE',
    );
    expect([await ws.hasChanges(), page.oid]).toEqual([false, oid]);
    await ws.updateIndex();
    await ws.commitOnSuccess(change, { message: 'Two' });
    expectLog(path, ['Two', 'Meanwhile', 'One']);
  });

  it('keeps what was committed within it', async () => {
    const { path, ws, Page } = await openPages();
    const [inside, later] = [new Page({ slug: 'in', title: 'A' }), new Page({ slug: 'later', title: 'B' })];

    await expect(
      ws.commitOnSuccess(async () => {
        await inside.save({ commit: true, message: 'Within' });
        await later.save();
        throw MISTAKE;
      }),
    ).rejects.toBe(MISTAKE);

    expect(await ws.hasChanges()).toBe(false);
    expect(await collect(Page.all().ids())).toEqual(['in']);
    expect([inside.oid, later.oid]).toEqual([git(path, 'rev-parse', 'HEAD:page/in/data.json'), null]);
    await later.save({ commit: true, message: 'Later' });
    expectLog(path, ['Later', 'Within']);
  });

  it('has nothing staged on the branch to which it has switched', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await ws.createBranch('draft');
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });

    await expect(
      ws.commitOnSuccess(async () => {
        await ws.setBranch('draft');
        await new Page({ slug: 'c', title: 'C' }).save();
        throw MISTAKE;
      }),
    ).rejects.toBe(MISTAKE);

    expect(await ws.hasChanges()).toBe(false);
    expect(ws.head).toBe('refs/heads/draft');
    expect(await collect(Page.all().ids())).toEqual(['a']);
    expectLog(path, ['Two', 'One']);
  });
});

describe('While commitOnSuccess runs', () => {
  it('others wait, so that they are neither committed nor rolled back with it', async () => {
    const { path, ws, Page } = await openPages();
    const order: string[] = [];
    let outside: Promise<unknown> = Promise.resolve();
    const begun = new Promise<void>((resolve) => {
      outside = (async () => {
        await delay(1);
        resolve();
      })();
    });
    const failing = ws.commitOnSuccess(async () => {
      await new Page({ slug: 'inside', title: 'A' }).save();
      await begun;
      await delay(30);
      order.push('inside');
      throw MISTAKE;
    });
    await outside;
    const saved = new Page({ slug: 'outside', title: 'B' }).save().then(() => order.push('outside'));

    await expect(failing).rejects.toBe(MISTAKE);
    await saved;
    expect(order).toEqual(['inside', 'outside']);
    expect(await collect(Page.all().ids())).toEqual(['outside']);
    await ws.commit({ message: 'Outside' });
    expectLog(path, ['Outside']);
  });

  it('another one waits as well, and both have their commit', async () => {
    const { path, ws, Page } = await openPages();
    await Promise.all(
      ['one', 'two', 'three'].map((slug) =>
        ws.commitOnSuccess(
          async () => {
            await new Page({ slug: `${slug}-a`, title: 'A' }).save();
            await delay(5);
            await new Page({ slug: `${slug}-b`, title: 'B' }).save();
          },
          { message: slug },
        ),
      ),
    );

    expect(git(path, 'diff', '--name-only', 'HEAD~1', 'HEAD')).toBe(
      'page/three-a/data.json\npage/three-b/data.json',
    );
    expectLog(path, ['three', 'two', 'one']);
  });

  it('what it has not waited for belongs to it all the same', async () => {
    const { path, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      () => {
        for (const slug of ['a', 'b', 'c']) void new Page({ slug, title: slug }).save();
      },
      { message: 'All three' },
    );

    expect(filesAt(path, 'HEAD')).toHaveLength(3);
    expectLog(path, ['All three']);
  });

  it('what it has not waited for is rolled back with it', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    const failing = ws.commitOnSuccess(() => {
      void page.save();
      throw MISTAKE;
    });

    await expect(failing).rejects.toBe(MISTAKE);
    expect([await ws.hasChanges(), page.oid]).toEqual([false, null]);
    expectLog(path, []);
  });

  it('what it begins only after its end takes its turn like any other', async () => {
    const { path, ws, Page } = await openPages();
    let late: Promise<unknown> = Promise.resolve();
    await ws.commitOnSuccess(
      async () => {
        await new Page({ slug: 'in-time', title: 'A' }).save();
        late = delay(20).then(() => new Page({ slug: 'late', title: 'B' }).save());
      },
      { message: 'In time' },
    );
    await late;

    expect(filesAt(path, 'HEAD')).toEqual(['page/in-time/data.json']);
    expect(await ws.hasChanges()).toBe(true);
    expectLog(path, ['In time']);
  });

  it('many of its saves may go on at once', async () => {
    const { path, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        await Promise.all(
          Array.from({ length: 100 }, (_, number) => new Page({ slug: `p${number}`, title: 'A' }).save()),
        );
      },
      { message: 'Hundred' },
    );

    expect(filesAt(path, 'HEAD')).toHaveLength(100);
    expectLog(path, ['Hundred']);
  });

  it('close() within it is refused rather than waited for', async () => {
    const { path, ws, Page } = await openPages();
    const closing = ws.commitOnSuccess(async () => {
      await new Page({ slug: 'a', title: 'A' }).save();
      await ws.close();
    });

    expect((await errorOf(() => closing)).message).toBe(
      'close() would wait for the operation that it is called in; call it afterwards.',
    );
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'Still open' });
    expectLog(path, ['Still open']);
  });
});

describe('commitOnSuccess within commitOnSuccess', () => {
  it('makes a commit of its own, before the outer one', async () => {
    const { path, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        await ws.commitOnSuccess(
          async () => {
            await new Page({ slug: 'inner', title: 'A' }).save();
          },
          { message: 'Inner' },
        );
        await new Page({ slug: 'outer', title: 'B' }).save();
      },
      { message: 'Outer' },
    );

    expectLog(path, ['Outer', 'Inner']);
  });

  it('is refused when the outer one has changed something before', async () => {
    const { path, ws, Page } = await openPages();
    const nested = ws.commitOnSuccess(async () => {
      await new Page({ slug: 'outer', title: 'B' }).save();
      await ws.commitOnSuccess(async () => {
        await new Page({ slug: 'inner', title: 'A' }).save();
      });
    });

    expect((await errorOf(() => nested)).code).toBe('PENDING_CHANGES');
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, []);
  });

  it('is rolled back alone when it fails and the outer one goes on', async () => {
    const { path, ws, Page } = await openPages();
    const inner = new Page({ slug: 'inner', title: 'A' });
    await ws.commitOnSuccess(
      async () => {
        await expect(
          ws.commitOnSuccess(async () => {
            await inner.save();
            throw MISTAKE;
          }),
        ).rejects.toBe(MISTAKE);
        await new Page({ slug: 'outer', title: 'B' }).save();
      },
      { message: 'Outer' },
    );

    expect(inner.oid).toBeNull();
    expect(filesAt(path, 'HEAD')).toEqual(['page/outer/data.json']);
    expectLog(path, ['Outer']);
  });

  it('leaves what it has begun, and not waited for, to the outer one', async () => {
    const { path, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        let late: Promise<unknown> = Promise.resolve();
        await ws.commitOnSuccess(() => {
          late = delay(20).then(() => new Page({ slug: 'late', title: 'A' }).save());
        });
        await late;
      },
      { message: 'Outer' },
    );

    expect(filesAt(path, 'HEAD')).toEqual(['page/late/data.json']);
    expectLog(path, ['Outer']);
  }, 5000);
});
