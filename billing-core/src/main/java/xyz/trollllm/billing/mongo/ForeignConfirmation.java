package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;

/**
 * Takes everything for right that others changed past the gateway, such as another implementation
 * that served the same users for a while: every difference of a balance, and of what was used of
 * it, that an audit finds. Left as they are: users about whom anything else is wrong, which would
 * be papered over, users with requests under way, and users who were too busy to be compared with
 * the log, of whom nobody knows whether anything else is wrong. Changes no balance; remembers all
 * differences meanwhile; blocks. Used by one thread.
 */
public final class ForeignConfirmation {
  private static final Set<Difference.Kind> FOREIGN =
      EnumSet.of(Difference.Kind.BALANCE, Difference.Kind.USED);

  private final MongoDatabase database;
  private final LedgerAudit audit;
  private final CreditChanges changes;
  private final Consumer<Difference> confirmed;
  private final Consumer<Difference> left;
  private final Map<String, Usd> sums = new LinkedHashMap<>();
  private long count;
  private long leftOver;
  private long busy;

  /**
   * Does nothing yet.
   *
   * @param confirmed is told each difference that was confirmed
   * @param left is told each that was not
   */
  public ForeignConfirmation(
      MongoDatabase database, Consumer<Difference> confirmed, Consumer<Difference> left) {
    this(database, new LedgerAudit(database), confirmed, left);
  }

  ForeignConfirmation(
      MongoDatabase database,
      LedgerAudit audit,
      Consumer<Difference> confirmed,
      Consumer<Difference> left) {
    this.database = database;
    this.audit = audit;
    this.changes = new CreditChanges(database);
    this.confirmed = confirmed;
    this.left = left;
  }

  /**
   * What was done.
   *
   * @param confirmed how many differences were confirmed
   * @param sums what they add up to, by the name of the field
   * @param left how many were not, as other things are wrong with the same user
   * @param busy users with requests under way, or too busy to be compared with the log: none of
   *     their differences were confirmed
   */
  public record Totals(long confirmed, Map<String, Usd> sums, long left, long busy) {
    public Totals {
      sums = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(sums));
    }
  }

  /** Audits, and confirms what may be confirmed. Repeating it confirms nothing again. */
  public Totals run(String by, String reason) {
    Map<String, List<Difference>> byUser = new LinkedHashMap<>();
    Set<String> notCompared = new HashSet<>();
    audit.run(
        difference ->
            byUser.computeIfAbsent(difference.userId(), _ -> new ArrayList<>()).add(difference),
        notCompared::add);
    busy = notCompared.size();
    byUser.forEach((userId, differences) -> {
      if (!differences.stream().allMatch(each -> FOREIGN.contains(each.kind()))) {
        differences.forEach(this::leave);
      } else if (notCompared.contains(userId)) {
        differences.forEach(left);
      } else if (isBusy(userId)) {
        busy++;
        differences.forEach(left);
      } else {
        differences.forEach(each -> confirm(each, CreditChanges.Note.of(by, reason)));
      }
    });
    return new Totals(count, sums, leftOver, busy);
  }

  private boolean isBusy(String userId) {
    @Nullable Document user =
        database
            .getCollection(Collections.USERS)
            .find(new Document("_id", userId))
            .projection(new Document(Paths.OPEN_HOLDS, 1))
            .first();
    return user != null && Documents.count(user, Paths.OPEN_HOLDS) > 0;
  }

  private void confirm(Difference difference, CreditChanges.Note note) {
    BookedField field = BookedField.named(difference.subject()).orElseThrow();
    Usd amount = Objects.requireNonNull(difference.amount());
    switch (changes.confirm(difference.userId(), field, amount, note)) {
      case CreditChange.Done _ -> {
        count++;
        sums.merge(field.name(), amount, Usd::plus);
        confirmed.accept(difference);
      }
      case CreditChange.OtherAmount(Usd unexplained) when unexplained.equals(Usd.ZERO) -> {
        // Somebody else confirmed it meanwhile.
      }
      case CreditChange.OtherAmount _,
          CreditChange.UnknownUser _,
          CreditChange.DoneBefore _,
          CreditChange.OtherOperation _ ->
          leave(difference);
    }
  }

  private void leave(Difference difference) {
    leftOver++;
    left.accept(difference);
  }
}
