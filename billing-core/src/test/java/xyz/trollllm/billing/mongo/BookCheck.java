package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.config.CreditField;

/**
 * What must be true of a user's books, written down a second time: it shares no code with the
 * ledger or its audit but the names of what is stored.
 */
final class BookCheck {
  private static final double TOLERANCE = 1e-6;
  private static final long TOKENS = 150;

  private BookCheck() {}

  /** At any moment: nothing negative, and no more held than is there. */
  static List<String> ofUser(Document user) {
    List<String> violations = new ArrayList<>();
    long open = number(user, "gw", "n");
    if (open < 0) {
      violations.add("there are " + open + " open holds");
    }
    for (CreditField field : CreditField.values()) {
      String name = field.balanceField();
      long held = number(user, "gw", "held", name);
      long balance = Math.round(dollars(user, name) * 1e9);
      if (held < 0) {
        violations.add(held + " of " + name + " are held");
      }
      if (held > balance) {
        violations.add(
            "overdraft: " + held + " of " + name + " are held where " + balance + " are");
      }
    }
    return violations;
  }

  /** In the end. */
  static List<String> ofAll(
      Document user, List<Document> rows, Collection<FaultWorld.Request> requests) {
    List<String> violations = new ArrayList<>(ofUser(user));
    Document gateway = user.get("gw", new Document());
    if (number(gateway, "n") != 0) {
      violations.add("left behind: " + number(gateway, "n") + " open holds");
    }
    for (String name : List.of("h", "out", "past")) {
      if (!gateway.get(name, new Document()).isEmpty()) {
        violations.add("left behind: gw." + name + " = " + gateway.get(name));
      }
    }
    if (gateway.containsKey("dirty")) {
      violations.add("left behind: gw.dirty");
    }
    Map<String, Long> charged = new HashMap<>();
    Map<String, Boolean> expiredOnly = new HashMap<>();
    Map<String, Long> refunds = new HashMap<>();
    Map<String, Long> refundedOf = new HashMap<>();
    List<Document> charges = new ArrayList<>();
    for (Document row : rows) {
      if (row.getString("_id").endsWith("~refund")) {
        refunds.put(row.getString("_id").replace("~refund", ""), -row.getLong("costN"));
        refundedOf.merge(row.getString("creditField"), -row.getLong("costN"), Long::sum);
      } else {
        charges.add(row);
      }
    }
    for (Document row : charges) {
      String id = row.getString("_id").replace("~late", "");
      charged.merge(id, row.getLong("costN"), Long::sum);
      expiredOnly.merge(id, "expired".equals(row.getString("outcome")), Boolean::logicalAnd);
    }
    Map<String, Long> logged = new HashMap<>();
    charges.forEach(
        row -> logged.merge(row.getString("creditField"), row.getLong("costN"), Long::sum));
    Map<String, Long> due = new HashMap<>();
    long tokens = 0;
    for (FaultWorld.Request request : requests) {
      violations.addAll(
          ofRequest(request, charged.remove(request.id), expiredOnly.get(request.id)));
      violations.addAll(ofRefund(request, refunds.remove(request.id)));
      if (Boolean.FALSE.equals(expiredOnly.get(request.id))) {
        due.merge(request.field.balanceField(), request.charge.nanos(), Long::sum);
        tokens += TOKENS;
      }
    }
    refunds.forEach((id, amount) -> violations.add("refund of nobody: " + id + ", " + amount));
    charged.forEach((id, cost) -> violations.add("row of nobody: " + id + ", " + cost));
    for (CreditField field : CreditField.values()) {
      String name = field.balanceField();
      long held = number(gateway, "held", name);
      long spent = number(gateway, "spent", name);
      if (held != 0) {
        violations.add("left behind: " + held + " of " + name + " held");
      }
      if (spent != logged.getOrDefault(name, 0L) || spent != due.getOrDefault(name, 0L)) {
        violations.add(
            "of %s %d were taken, %d logged, %d due"
                .formatted(name, spent, logged.getOrDefault(name, 0L), due.getOrDefault(name, 0L)));
      }
      long refunded = refundedOf.getOrDefault(name, 0L);
      if (number(gateway, "refund", name) != refunded) {
        violations.add(number(gateway, "refund", name) + " given back, in the log " + refunded);
      }
      double expected = (FaultWorld.opening(field) - spent + refunded) / 1e9;
      double balance = dollars(user, name);
      if (Math.abs(balance - expected) > TOLERANCE) {
        violations.add(name + " is " + balance + ", should be " + expected);
      }
      double used = dollars(user, name + "Used");
      if (Math.abs(used - (spent - refunded) / 1e9) > TOLERANCE) {
        violations.add(
            name + "Used is " + used + " after " + spent + " were taken, " + refunded + " back");
      }
    }
    if (number(user, "tokensUserNew") != tokens) {
      violations.add(number(user, "tokensUserNew") + " tokens were counted, not " + tokens);
    }
    return violations;
  }

  private static List<String> ofRefund(FaultWorld.Request request, @Nullable Long refunded) {
    if (refunded == null) {
      return request.refunded
          ? List.of("request " + request.id + " was given back, but that row is lost")
          : List.of();
    }
    return request.refunding && refunded == request.charge.nanos()
        ? List.of()
        : List.of("request " + request.id + " has a refund of " + refunded);
  }

  private static List<String> ofRequest(
      FaultWorld.Request request, @Nullable Long charged, @Nullable Boolean expiredOnly) {
    List<String> violations = new ArrayList<>();
    boolean isTaken = Boolean.FALSE.equals(expiredOnly);
    String name = "request " + request.id;
    if (request.settled != null && !isAcknowledged(request.settled)) {
      violations.add(name + " was held, but settling it ended with " + request.settled);
    }
    if (request.settled != null && isAcknowledged(request.settled) && !isTaken) {
      violations.add(name + " was settled, but its row is lost");
    }
    if (isTaken && !request.settling) {
      violations.add(name + " has a row that nobody wrote");
    }
    long due = isTaken ? request.charge.nanos() : 0;
    if (charged != null && charged != due) {
      violations.add(name + " was charged " + charged + ", not " + due);
    }
    if (request.hold == null && request.reservation instanceof Reservation.Held) {
      violations.add(name + " lost its hold");
    }
    return violations;
  }

  private static boolean isAcknowledged(Settled settled) {
    return switch (settled) {
      case Settled.Taken _, Settled.TakenLate _, Settled.AlreadyTaken _ -> true;
      case Settled.UnknownHold _, Settled.Deferred _ -> false;
    };
  }

  private static double dollars(Document user, String name) {
    Number amount = user.get(name, Number.class);
    return amount == null ? 0 : amount.doubleValue();
  }

  private static long number(Document document, String... path) {
    Object value = document;
    for (String name : path) {
      value = value instanceof Document inner ? inner.get(name) : null;
    }
    return value instanceof Number number ? number.longValue() : 0;
  }
}
