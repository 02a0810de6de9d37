package xyz.trollllm.billing.mongo;

import java.util.List;
import org.bson.Document;

/**
 * One conditional update of one user's document: {@code update} happens, as a whole, if and only if
 * the user matches {@code condition} and there is what {@code claims} ask for.
 */
record UserUpdate(String userId, Document condition, List<Claim> claims, Document update) {
  UserUpdate {
    claims = List.copyOf(claims);
  }

  UserUpdate(String userId, Document condition, Document update) {
    this(userId, condition, List.of(), update);
  }

  /** The whole condition, with the user's id in front. */
  Document filter() {
    Document filter = new Document("_id", userId);
    filter.putAll(condition);
    if (!claims.isEmpty()) {
      filter.append("$expr", Claim.granted(claims));
    }
    return filter;
  }
}
