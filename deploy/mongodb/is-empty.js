// Whether the gateway's database has no document: exit code 0, else 3. With DROP=yes it has none
// afterwards. restore.sh runs it.
const admin = db.getSiblingDB('admin')
admin.auth(process.env.MONGO_INITDB_ROOT_USERNAME, process.env.MONGO_INITDB_ROOT_PASSWORD)

const gateway = db.getSiblingDB('trollllm')
if (process.env.DROP === 'yes') {
  gateway.dropDatabase({ w: 'majority' })
}
const filled = []
for (const name of gateway.getCollectionNames()) {
  if (gateway.getCollection(name).findOne()) {
    filled.push(name)
  }
}
if (filled.length > 0) {
  print(`the database trollllm holds documents in ${filled.join(', ')}`)
  quit(3)
}
