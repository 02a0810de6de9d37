package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Several updates of one user's document as one, which happens if the conditions of all of them
 * hold, and then does what all of them do. One per merged update, used by one thread.
 *
 * <p>That this is the same as doing them one after the other, those with a {@link Claim} first, is
 * taken care of by refusing an update that
 *
 * <ul>
 *   <li>changes what another one's condition looks at, or the other way round: so no two updates of
 *       one request ever meet here;
 *   <li>changes what another one changes, unless both add to it or both lower it.
 * </ul>
 */
final class UpdateMerge {
  /** Updates of one merge; and paths that it changes, which stores check against each other. */
  private static final int MOST_UPDATES = 64;

  private static final int MOST_PATHS = 500;

  private final String userId;
  private final Document condition = new Document();
  private final List<Document> furtherConditions = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();
  private final Map<String, Document> changes = new LinkedHashMap<>();
  private final PathSet read = new PathSet();
  private final PathSet shared = new PathSet();
  private final PathSet written = new PathSet();
  private long claimed;
  private int updates;

  UpdateMerge(String userId) {
    this.userId = userId;
  }

  /** The merge of updates that fit together. */
  static UserUpdate of(List<UserUpdate> updates) {
    UserUpdate first = updates.getFirst();
    if (updates.size() == 1) {
      return first;
    }
    UpdateMerge merge = new UpdateMerge(first.userId());
    for (UserUpdate update : updates) {
      if (!merge.add(update)) {
        throw new IllegalArgumentException("updates do not fit together: " + updates);
      }
    }
    return merge.merged();
  }

  /** Takes one more update in if it fits; the first one always does. */
  boolean add(UserUpdate update) {
    if (updates > 0 && !fits(update)) {
      return false;
    }
    update.condition().forEach(this::addCondition);
    claims.addAll(update.claims());
    claimed = sum(update.claims(), claimed);
    for (Map.Entry<String, Object> change : update.update().entrySet()) {
      ((Document) change.getValue())
          .forEach((path, value) -> addChange(change.getKey(), path, value));
    }
    updates++;
    return true;
  }

  private UserUpdate merged() {
    if (!furtherConditions.isEmpty()) {
      condition.append("$and", furtherConditions);
    }
    return new UserUpdate(userId, condition, claims, new Document(changes));
  }

  private boolean fits(UserUpdate update) {
    if (updates == MOST_UPDATES || !canBeSummed(update.claims())) {
      return false;
    }
    for (String path : update.condition().keySet()) {
      if (path.startsWith("$") || written.touches(path) || shared.touches(path)) {
        return false;
      }
    }
    int paths = written.size() + shared.size();
    for (Map.Entry<String, Object> change : update.update().entrySet()) {
      Document values = (Document) change.getValue();
      paths += values.size();
      for (Map.Entry<String, Object> value : values.entrySet()) {
        if (!fits(change.getKey(), value.getKey(), value.getValue())) {
          return false;
        }
      }
    }
    return paths <= MOST_PATHS;
  }

  /** Whether the sum of all claims, be they of different fields, can be counted. */
  private boolean canBeSummed(List<Claim> more) {
    try {
      sum(more, claimed);
      return true;
    } catch (ArithmeticException _) {
      return false;
    }
  }

  private static long sum(List<Claim> more, long claimed) {
    long sum = claimed;
    for (Claim claim : more) {
      sum = Math.addExact(sum, claim.nanos());
    }
    return sum;
  }

  private boolean fits(String operator, String path, Object value) {
    if (read.touches(path) || written.touches(path)) {
      return false;
    }
    if (!isShared(operator, path)) {
      return !shared.touches(path);
    }
    Document values = changes.get(operator);
    Object other = values == null ? null : values.get(path);
    return other == null ? !shared.touches(path) : combined(operator, other, value) != null;
  }

  private static boolean isShared(String operator, String path) {
    return operator.equals("$inc")
        || operator.equals("$min")
        || (operator.equals("$set") && path.equals(Paths.DIRTY));
  }

  private void addCondition(String path, Object value) {
    read.add(path);
    Object other = condition.putIfAbsent(path, value);
    if (other != null && !other.equals(value)) {
      Document either = inNeither(other, value);
      if (either == null) {
        furtherConditions.add(new Document(path, value));
      } else {
        condition.put(path, either);
      }
    }
  }

  /** Conditions that grow with every request of a merge are kept small. */
  private static @Nullable Document inNeither(Object one, Object other) {
    if (one instanceof Document first
        && other instanceof Document second
        && first.get("$nin") instanceof List<?> some
        && second.get("$nin") instanceof List<?> more) {
      List<Object> all = new ArrayList<>(some);
      all.addAll(more);
      return new Document("$nin", all);
    }
    return null;
  }

  private void addChange(String operator, String path, Object value) {
    (isShared(operator, path) ? shared : written).add(path);
    changes
        .computeIfAbsent(operator, _ -> new Document())
        .merge(
            path,
            value,
            (one, other) -> {
              Object both = combined(operator, one, other);
              if (both == null) {
                throw new IllegalArgumentException("cannot combine " + one + " and " + other);
              }
              return both;
            });
  }

  /** What both values mean together; null if they cannot be combined without loss. */
  private static @Nullable Object combined(String operator, Object one, Object other) {
    if (operator.equals("$inc")) {
      return sum(one, other);
    }
    if (operator.equals("$min") && one instanceof Date some && other instanceof Date more) {
      return some.toInstant().isBefore(more.toInstant()) ? some : more;
    }
    return one.equals(other) ? one : null;
  }

  private static @Nullable Object sum(Object one, Object other) {
    try {
      if (one instanceof Integer some && other instanceof Integer more) {
        return Math.addExact(some, more);
      }
      if (one instanceof Long some && other instanceof Long more) {
        return Math.addExact(some, more);
      }
    } catch (ArithmeticException _) {
      return null;
    }
    if (one instanceof Double some && other instanceof Double more) {
      return LegacyDollars.sum(some, more);
    }
    return null;
  }
}
