package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;

/**
 * What an update may take for itself only if there is enough for all that ask at once.
 *
 * @param field the balance that must cover it; null if none has to
 * @param nanos what it holds of the field's balance, beside all that is held of it
 * @param holds how many open holds it adds
 * @param mostHolds how many there may be with it
 * @param deadline until when, by the store's clock, the update may take effect
 */
record Claim(@Nullable CreditField field, long nanos, int holds, int mostHolds, Instant deadline) {

  /** What may take effect until {@code deadline}, whatever there is. */
  static Claim until(Instant deadline) {
    return new Claim(null, 0, 0, Integer.MAX_VALUE, deadline);
  }

  /**
   * The condition that the sum of all claims is there: each alone would find enough where all
   * together do not.
   *
   * @throws ArithmeticException if the sum is more than can be held
   */
  static Document granted(List<Claim> claims) {
    Map<CreditField, Long> nanos = new EnumMap<>(CreditField.class);
    int holds = 0;
    int mostHolds = Integer.MAX_VALUE;
    Instant deadline = Instant.MAX;
    for (Claim claim : claims) {
      if (claim.field != null) {
        nanos.merge(claim.field, claim.nanos, Math::addExact);
      }
      if (claim.holds > 0) {
        holds += claim.holds;
        mostHolds = Math.min(mostHolds, claim.mostHolds);
      }
      deadline = claim.deadline.isBefore(deadline) ? claim.deadline : deadline;
    }
    List<Document> all = new ArrayList<>();
    nanos.forEach((field, sum) -> all.add(covers(field, sum)));
    if (holds > 0) {
      all.add(new Document("$lte", List.of(orZero(Paths.OPEN_HOLDS), mostHolds - holds)));
    }
    all.add(new Document("$gt", List.of(Date.from(deadline), "$$NOW")));
    return new Document("$and", all);
  }

  private static Document covers(CreditField field, long nanos) {
    Document heldDollars =
        new Document(
            "$multiply", List.of(orZero(Paths.held(field)), LegacyDollars.dollarsPerNano()));
    Document available =
        new Document("$subtract", List.of('$' + field.balanceField(), heldDollars));
    return new Document("$gte", List.of(available, LegacyDollars.covering(nanos)));
  }

  private static Document orZero(String path) {
    return new Document("$ifNull", List.of('$' + path, 0L));
  }
}
