"""What one would write by hand on pygit2: the same blobs, trees and commits as gitmodel's, nothing more.

Takes a job as JSON in the first argument, prints the answer as JSON; see bench/harness/contestant.ts.
"""

import json
import os
import sys
from time import perf_counter

import pygit2

BLOB, TREE = pygit2.GIT_FILEMODE_BLOB, pygit2.GIT_FILEMODE_TREE
BRANCH = "refs/heads/main"
SIGNATURE = pygit2.Signature("gitmodel", "gitmodel@local")


def record_tree(repo, row):
    builder = repo.TreeBuilder()
    builder.insert("data.json", repo.create_blob(row["bytes"].encode()), BLOB)
    return builder.write()


def root_tree(repo, model_tree):
    builder = repo.TreeBuilder()
    builder.insert("page", model_tree, TREE)
    return builder.write()


def save(repo, root, row):
    """Stages one record: the root tree with it, complete in the object database."""
    model = repo.TreeBuilder(repo[root]["page"].id) if root else repo.TreeBuilder()
    model.insert(row["id"], record_tree(repo, row), TREE)
    return root_tree(repo, model.write())


def save_all(repo, rows):
    root = None
    for row in rows:
        root = save(repo, root, row)
    return root


def save_batch(repo, rows):
    """Stages many records; the trees above them are written once."""
    model = repo.TreeBuilder()
    for row in rows:
        model.insert(row["id"], record_tree(repo, row), TREE)
    return root_tree(repo, model.write())


def read(repo, tree, row_id):
    return json.loads(repo[tree[row_id + "/data.json"].id].data)


def scattered(n, size):
    return (n * 7919) % size


def main(job):
    with open(job["records"]) as lines:
        rows = [json.loads(line) for line in lines]
    folder, operation = job["folder"], job["operation"]
    size, count, warm_up = job["size"], job["count"], job["warmUp"]
    new = not os.path.exists(folder)
    repo = pygit2.init_repository(folder, True) if new else pygit2.Repository(folder)

    if operation == "save":
        save_all(pygit2.init_repository(folder + "-warm-up", True), rows[:warm_up])
        start = perf_counter()
        root = save_all(repo, rows[:size])
        return {"seconds": [perf_counter() - start], "tree": str(root)}
    if operation == "save-batch":
        save_batch(pygit2.init_repository(folder + "-warm-up", True), rows[:warm_up])
        start = perf_counter()
        root = save_batch(repo, rows[:size])
        return {"seconds": [perf_counter() - start], "tree": str(root)}
    if operation == "populate":
        repo.create_commit(BRANCH, SIGNATURE, SIGNATURE, "All", save_batch(repo, rows[:size]), [])
        return {"seconds": []}

    tip = repo.lookup_reference(BRANCH).target
    root = repo[tip].tree.id
    if operation == "commit-one":
        for position, row in enumerate(rows[job["first"] : job["first"] + warm_up + count]):
            if position == warm_up:
                start = perf_counter()
            root = save(repo, root, row)
            tip = repo.create_commit(BRANCH, SIGNATURE, SIGNATURE, "One", root, [tip])
        return {"seconds": [perf_counter() - start], "tree": str(root)}
    if operation == "get":
        seconds, tree = [], repo[repo[root]["page"].id]
        for _ in range(2):
            start = perf_counter()
            for n in range(count):
                read(repo, tree, rows[scattered(n, size)]["id"])
            seconds.append(perf_counter() - start)
        return {"seconds": seconds}
    if operation == "all":
        start = perf_counter()
        tree = repo[repo[root]["page"].id]
        records = [json.loads(repo[repo[entry.id]["data.json"].id].data) for entry in tree]
        seconds = perf_counter() - start
        assert len(records) == size
        return {"seconds": [seconds]}
    raise ValueError(operation)


print(json.dumps(main(json.loads(sys.argv[1]))))
