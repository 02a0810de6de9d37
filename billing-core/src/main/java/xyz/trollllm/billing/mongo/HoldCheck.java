package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumMap;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Whether what is held of a user's credit is what the holds say, and would ever be released. */
final class HoldCheck {
  /** After this long somebody must have released an expired hold, unless no instance runs. */
  private static final Duration SWEPT_AFTER = Duration.ofMinutes(5);

  /** How much later than the earliest expiry the sweep may look for it. */
  private static final Duration LOOKED_LATER = Duration.ofMinutes(2);

  /** No request is given longer than this. */
  private static final Duration LONGEST = Duration.ofHours(24);

  private final Findings findings;
  private final Instant now;
  private final Map<CreditField, Usd> held = new EnumMap<>(CreditField.class);
  private @Nullable Instant earliest;
  private int holds;

  HoldCheck(Findings findings, Instant now) {
    this.findings = findings;
    this.now = now;
  }

  /** Returns how many holds stand. */
  int check(Document user) {
    findings.document(user, Paths.HOLDS).forEach(this::add);
    for (CreditField field : CreditField.values()) {
      String path = Paths.held(field);
      Usd counted = Usd.ofNanos(findings.count(user, path));
      findings.requireEqual(
          Difference.Kind.HELD, path, held.getOrDefault(field, Usd.ZERO), counted);
    }
    long counted = findings.count(user, Paths.OPEN_HOLDS);
    if (counted != holds) {
      findings.add(Difference.Kind.HOLD_COUNT, Paths.OPEN_HOLDS, holds, counted);
    }
    checkNextExpiry(user);
    return holds;
  }

  private void add(String id, Object stored) {
    holds++;
    String path = Paths.hold(id);
    if (!(stored instanceof Document hold)) {
      findings.add(Difference.Kind.MALFORMED, path, "a hold", stored);
      return;
    }
    CreditField field = Paths.fieldOrNull(hold.get("f"));
    if (field == null) {
      findings.add(Difference.Kind.MALFORMED, path + ".f", "a credit field", hold.get("f"));
    } else {
      long nanos = findings.whole(hold, "n");
      findings.requireNotNegative(path + ".n", nanos);
      held.merge(field, Usd.ofNanos(nanos), Usd::plus);
    }
    Date expiry = findings.date(hold, "x", path);
    if (expiry != null) {
      checkExpiry(path, expiry.toInstant());
    }
  }

  private void checkExpiry(String path, Instant expiry) {
    if (expiry.plus(SWEPT_AFTER).isBefore(now)) {
      findings.add(Difference.Kind.ORPHAN_HOLD, path, "released soon after " + expiry, "held");
    }
    if (expiry.isAfter(now.plus(LONGEST))) {
      findings.add(Difference.Kind.ORPHAN_HOLD, path, "an end within a day", expiry);
    }
    earliest = earliest == null || expiry.isBefore(earliest) ? expiry : earliest;
  }

  private void checkNextExpiry(Document user) {
    if (earliest == null) {
      return;
    }
    Object next = Documents.at(user, Paths.NEXT_EXPIRY, Object.class);
    if (!(next instanceof Date date) || date.toInstant().isAfter(earliest.plus(LOOKED_LATER))) {
      findings.add(
          Difference.Kind.NEXT_EXPIRY, Paths.NEXT_EXPIRY, "no later than " + earliest, next);
    }
  }
}
