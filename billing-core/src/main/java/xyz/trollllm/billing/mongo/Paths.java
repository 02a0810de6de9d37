package xyz.trollllm.billing.mongo;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;

/**
 * Where things stand in a user's document.
 *
 * <pre>
 * gw.h.ID        an open hold      {f: field, n: nanos, w: nanos before each raise, x: expiry, i: instance}
 * gw.out.ID      a settled request {x: kept until, s: state, i: instance, row: {@link PackedRow}}
 * gw.past        ids of settled requests whose rows stand in the log
 * gw.held.F      nanos held of credit field F        gw.n      open holds
 * gw.spent.F     nanos ever taken from it            gw.nx     no hold expires before this
 * gw.open.F      its balance when first touched      gw.dirty  there may be entries in gw.out
 * gw.topup.F     nanos added by our own commands   gw.used.F  F's field of use when first touched
 * gw.foreign.X   nanos that others added to the field X, as their operator confirmed
 * gw.refund.F    nanos given back of what was spent
 * gw.changes     the newest of these changes: {id, k: kind, f: field, n: nanos, at, by, why}
 * </pre>
 */
final class Paths {
  static final String HOLDS = "gw.h";
  static final String OUTBOX = "gw.out";
  static final String DIRTY = "gw.dirty";
  static final String OPEN_HOLDS = "gw.n";
  static final String NEXT_EXPIRY = "gw.nx";
  static final String CHANGES = "gw.changes";
  static final String ACTIVE = "isActive";
  static final String TOKENS = "tokensUserNew";
  private static final String LATE_SUFFIX = "~late";
  private static final String REFUND_SUFFIX = "~refund";

  private Paths() {}

  /** The credit field that stands in the store under its name. */
  static CreditField field(String balanceField) {
    CreditField field = fieldOrNull(balanceField);
    if (field == null) {
      throw new IllegalArgumentException("no credit field is called " + balanceField);
    }
    return field;
  }

  /** The credit field of that name; null if it is no name of one. */
  static @Nullable CreditField fieldOrNull(@Nullable Object balanceField) {
    for (CreditField field : CreditField.values()) {
      if (field.balanceField().equals(balanceField)) {
        return field;
      }
    }
    return null;
  }

  static String hold(String requestId) {
    return HOLDS + '.' + requestId;
  }

  static String outbox(String entryId) {
    return OUTBOX + '.' + entryId;
  }

  static String held(CreditField field) {
    return "gw.held." + field.balanceField();
  }

  static String spent(CreditField field) {
    return "gw.spent." + field.balanceField();
  }

  static String opening(CreditField field) {
    return "gw.open." + field.balanceField();
  }

  static String topUps(CreditField field) {
    return "gw.topup." + field.balanceField();
  }

  static String openingUse(CreditField field) {
    return "gw.used." + field.balanceField();
  }

  static String foreign(BookedField field) {
    return "gw.foreign." + field.name();
  }

  static String refunded(CreditField field) {
    return "gw.refund." + field.balanceField();
  }

  /** The id under which a charge is given back. */
  static String refund(String requestId) {
    return requestId + REFUND_SUFFIX;
  }

  /** The id under which a charge is entered that came after its hold had expired. */
  static String late(String requestId) {
    return requestId + LATE_SUFFIX;
  }

  /** The id of the request that the entry or row of this id is about. */
  static String requestId(String entryId) {
    int suffix = entryId.indexOf('~');
    return suffix < 0 ? entryId : entryId.substring(0, suffix);
  }
}
