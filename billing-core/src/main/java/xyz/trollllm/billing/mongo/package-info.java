/**
 * The ledger on MongoDB: two-phase holds inside the user's document, an outbox beside them, and
 * {@code request_logs} derived from that outbox.
 *
 * <p>Every change of money is one conditional update of one document, so it needs no transaction
 * and runs alike on a replica set and on the embedded store. {@link
 * xyz.trollllm.billing.mongo.MongoCreditLedger} is the way in; its operations reach the store
 * through lanes, one for each user.
 */
@NullMarked
package xyz.trollllm.billing.mongo;

import org.jspecify.annotations.NullMarked;
