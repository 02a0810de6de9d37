// The health check: whether the database takes writes. Makes the replica set when it is new. While the
// image prepares a new database, there is neither a user nor a replica set, and this fails.
const admin = db.getSiblingDB('admin')
admin.auth(process.env.MONGO_INITDB_ROOT_USERNAME, process.env.MONGO_INITDB_ROOT_PASSWORD)

const notYetInitialized = 94
try {
  rs.status()
} catch (error) {
  if (error.code !== notYetInitialized) {
    throw error
  }
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] })
}
if (!admin.hello().isWritablePrimary) {
  quit(1)
}
