"""What one would write by hand on pygit2: the same blobs, trees and commits as gitmodel's, nothing more.

Takes a job as JSON in the first argument, prints the answer as JSON; see bench/harness/contestant.ts.
"""

import hashlib
import json
import sys
from time import perf_counter

import pygit2

BLOB, TREE = pygit2.GIT_FILEMODE_BLOB, pygit2.GIT_FILEMODE_TREE
BRANCH = "refs/heads/main"
SIGNATURE = pygit2.Signature("gitmodel", "gitmodel@local")


def shards_of(row_id, shards):
    """The folders between the model's and the record's."""
    if shards is None:
        return []
    digits, width = hashlib.sha1(row_id.encode()).hexdigest(), shards["width"]
    return [digits[level * width : (level + 1) * width] for level in range(shards["levels"])]


def record_tree(repo, row):
    builder = repo.TreeBuilder()
    builder.insert("data.json", repo.create_blob(row["bytes"].encode()), BLOB)
    return builder.write()


def with_entry(repo, tree, path, entry):
    """Writes the tree with the entry at the path, and all trees on the way; returns the oid."""
    name, *rest = path
    if rest:
        below = tree[name] if tree is not None and name in tree else None
        entry = with_entry(repo, below, rest, entry)
    builder = repo.TreeBuilder(tree) if tree is not None else repo.TreeBuilder()
    builder.insert(name, entry, TREE)
    return builder.write()


def save(repo, root, row, shards):
    """Stages one record: the root tree with it, complete in the object database."""
    path = ["page", *shards_of(row["id"], shards), row["id"]]
    return with_entry(repo, repo[root] if root else None, path, record_tree(repo, row))


def save_all(repo, rows):
    root = None
    for row in rows:
        root = save(repo, root, row, None)
    return root


def save_batch(repo, rows):
    """Stages many records; the trees above them are written once."""
    model = repo.TreeBuilder()
    for row in rows:
        model.insert(row["id"], record_tree(repo, row), TREE)
    root = repo.TreeBuilder()
    root.insert("page", model.write(), TREE)
    return root.write()


def commit_all(repo, root, tip, rows, shards):
    for row in rows:
        root = save(repo, root, row, shards)
        tip = repo.create_commit(BRANCH, SIGNATURE, SIGNATURE, "One", root, [tip])
    return root, tip


def records_below(repo, tree, levels):
    for entry in tree:
        if levels:
            yield from records_below(repo, entry, levels - 1)
        else:
            yield json.loads(entry["data.json"].data)


def scattered(n, size):
    return (n * 7919) % size


def timed(operation):
    start = perf_counter()
    result = operation()
    return perf_counter() - start, result


def main(job):
    with open(job["records"]) as lines:
        rows = [json.loads(line) for line in lines]
    folder, operation, shards = job["folder"], job["operation"], job["shards"]
    size, count, warm_up = job["size"], job["count"], job["warmUp"]

    if operation in ("save", "save-batch"):
        function = save_all if operation == "save" else save_batch
        function(pygit2.init_repository(folder + "-warm-up", True), rows[:warm_up])
        repo = pygit2.init_repository(folder, True)
        seconds, root = timed(lambda: function(repo, rows[:size]))
        return {"seconds": [seconds], "tree": str(root)}

    if job["durability"] == "fsync":
        pygit2.option(pygit2.GIT_OPT_ENABLE_FSYNC_GITDIR, True)
    repo = pygit2.Repository(folder)
    tip = repo.lookup_reference(BRANCH).target
    root = repo[tip].tree.id
    if operation == "commit":
        first, measured = job["first"], job["first"] + warm_up
        root, tip = commit_all(repo, root, tip, rows[first:measured], shards)
        rows = rows[measured : measured + count]
        seconds, (root, tip) = timed(lambda: commit_all(repo, root, tip, rows, shards))
        return {"seconds": [seconds], "tree": str(root)}
    if operation == "get":
        tree = repo[root]["page"]

        def get():
            for n in range(count):
                row_id = rows[scattered(n, size)]["id"]
                path = "/".join([*shards_of(row_id, shards), row_id, "data.json"])
                assert json.loads(tree[path].data)["fields"]["slug"] == row_id

        return {"seconds": [timed(get)[0] for _ in range(4)]}
    if operation == "all":
        levels = shards["levels"] if shards else 0
        seconds, records = timed(lambda: list(records_below(repo, repo[root]["page"], levels)))
        assert len(records) == size
        return {"seconds": [seconds]}
    raise ValueError(operation)


print(json.dumps(main(json.loads(sys.argv[1]))))
