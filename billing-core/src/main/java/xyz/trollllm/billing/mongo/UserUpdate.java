package xyz.trollllm.billing.mongo;

import org.bson.Document;

/**
 * One conditional update of one user's document: {@code update} happens, as a whole, if and only if
 * the user matches {@code condition}.
 */
record UserUpdate(String userId, Document condition, Document update) {
  /** The condition with the user's id in front. */
  Document filter() {
    Document filter = new Document("_id", userId);
    filter.putAll(condition);
    return filter;
  }
}
