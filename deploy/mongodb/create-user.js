// Run once, when the database is new: the user that the gateway connects as. It may read and write
// its own database, and nothing else.
db.getSiblingDB('trollllm').createUser({
  user: 'gateway',
  pwd: process.env.MONGODB_PASSWORD,
  roles: [{ role: 'readWrite', db: 'trollllm' }],
})
