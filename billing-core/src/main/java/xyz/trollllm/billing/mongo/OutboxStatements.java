package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;

/** The updates that empty a user's outbox, as pure functions. None of them moves money. */
final class OutboxStatements {
  private OutboxStatements() {}

  /**
   * Notes that the rows of entries stand in the log.
   *
   * @param looked ids that are kept no longer than this are looked for in the past by whoever may
   *     want to hold them again; where a clock was ahead, an entry waits until it is so near
   */
  static UserUpdate logged(String userId, List<OutboxEntry> entries, Instant looked) {
    Document set = new Document(Paths.DIRTY, true);
    Document unset = new Document();
    Map<String, List<String>> past = new LinkedHashMap<>();
    for (OutboxEntry entry : entries) {
      String path = Paths.outbox(entry.id());
      if (entry.isKept() || entry.keptUntil().isAfter(looked)) {
        unset.append(path + ".row", "");
      } else {
        unset.append(path, "");
        past.computeIfAbsent(Past.array(entry.keptUntil()), _ -> new ArrayList<>()).add(entry.id());
      }
    }
    Document push = new Document();
    past.forEach((array, ids) -> push.append(Past.path(array), new Document("$each", ids)));
    Document update = new Document("$set", set).append("$unset", unset);
    if (!push.isEmpty()) {
      update.append("$push", push);
    }
    return new UserUpdate(userId, new Document(), update);
  }

  /** Removes entries that have no row any more. */
  static UserUpdate forget(String userId, List<OutboxEntry> entries) {
    return unset(userId, entries.stream().map(entry -> Paths.outbox(entry.id())).toList());
  }

  /** Removes ids of the past. */
  static UserUpdate forgetPast(String userId, List<String> arrays) {
    return unset(userId, arrays.stream().map(Past::path).toList());
  }

  private static UserUpdate unset(String userId, List<String> paths) {
    Document unset = new Document();
    paths.forEach(path -> unset.append(path, ""));
    return new UserUpdate(userId, new Document(), new Document("$unset", unset));
  }

  /** Takes an outbox away that is empty, so that the drain does not come back for it. */
  static UserUpdate clean(String userId) {
    Document emptyOrNone = new Document("$in", Arrays.asList(new Document(), null));
    return new UserUpdate(
        userId,
        new Document(Paths.OUTBOX, emptyOrNone).append(Past.path(), emptyOrNone),
        new Document(
            "$unset",
            new Document(Paths.OUTBOX, "").append(Past.path(), "").append(Paths.DIRTY, "")));
  }
}
