// Fails unless nodegit loads and can make and open a repository at the path it is given.
const { Repository } = require('nodegit');

const BARE = 1;
const [, , directory] = process.argv;

async function check() {
  await Repository.init(directory, BARE);
  const repository = await Repository.openBare(directory);
  if (!repository.isBare()) throw new Error('nodegit made a repository that is not the one asked for');
}

check().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
