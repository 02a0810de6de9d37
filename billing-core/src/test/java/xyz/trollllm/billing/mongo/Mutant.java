package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** A ledger with one deliberate mistake, made by what it lets its store do. */
enum Mutant {
  /** A reservation may take effect at any time, however late. */
  NO_FENCE(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          List<Claim> claims =
              update.claims().stream()
                  .map(claim ->
                      new Claim(
                          claim.field(),
                          claim.nanos(),
                          claim.holds(),
                          claim.mostHolds(),
                          claim.deadline().plus(Duration.ofDays(1_000))))
                  .toList();
          return new UserUpdate(update.userId(), update.condition(), claims, update.update());
        }
      }),

  /** A request is forgotten as soon as its row stands in the log. */
  FORGETS_AT_ONCE(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          return without(update, "$push", Past.path());
        }
      }),

  /** The row is written after the charge was taken, with nothing kept in between. */
  NO_OUTBOX(store ->
      new ChangedStore(store) {
        @Override
        public boolean update(UserUpdate update) {
          boolean isCharge =
              update.update().get("$inc", new Document()).keySet().stream()
                  .anyMatch(path -> path.startsWith("gw.spent"));
          if (!isCharge) {
            return super.update(update);
          }
          boolean happened =
              super.update(without(without(update, "$set", Paths.OUTBOX), "$set", Paths.DIRTY));
          if (happened) {
            append(rows(update.update().get("$set", new Document())));
          }
          return happened;
        }

        private List<Document> rows(Document set) {
          List<Document> rows = new ArrayList<>();
          set.forEach((path, value) -> {
            if (path.startsWith(Paths.OUTBOX + '.')) {
              Binary packed = ((Document) value).get("row", Binary.class);
              Document row = new Document("_id", path.substring(Paths.OUTBOX.length() + 1));
              row.putAll(PackedRow.unpacked(packed));
              rows.add(row);
            }
          });
          return rows;
        }
      }),

  /** Sums are computed here and written there. */
  READ_MODIFY_WRITE(store ->
      new ChangedStore(store) {
        @Override
        public boolean update(UserUpdate update) {
          Document increments = update.update().get("$inc", new Document());
          Document user = store.user(update.userId(), new Document());
          if (increments.isEmpty() || user == null) {
            return super.update(update);
          }
          Document set = new Document(update.update().get("$set", new Document()));
          increments.forEach((path, by) -> {
            Number old = Documents.at(user, path, Number.class);
            set.append(path, by instanceof Double more ? dollars(old, more) : count(old, by));
          });
          Document written = new Document(update.update());
          written.remove("$inc");
          written.append("$set", set);
          return super.update(
              new UserUpdate(update.userId(), update.condition(), update.claims(), written));
        }

        private Object dollars(@Nullable Number old, Double more) {
          return (old == null ? 0 : old.doubleValue()) + more;
        }

        private Object count(@Nullable Number old, Object more) {
          long sum = (old == null ? 0 : old.longValue()) + ((Number) more).longValue();
          return more instanceof Integer ? (Object) (int) sum : (Object) sum;
        }
      }),

  /** A charge is added whenever its update arrives, hold or no hold. */
  ADDS_EVERY_TIME(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          Document increments = update.update().get("$inc", new Document());
          return increments.keySet().stream().anyMatch(path -> path.startsWith("gw.spent"))
              ? new UserUpdate(update.userId(), new Document(), update.update())
              : update;
        }
      }),

  /** What was taken is counted by summing up the changes of the balance. */
  SUMS_DELTAS(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          Document increments = new Document(update.update().get("$inc", new Document()));
          for (String field : List.of("credits", "creditsNew")) {
            if (increments.get(field) instanceof Double taken) {
              increments.append("gw.spent." + field, (long) (taken * -1e9));
            }
          }
          Document changed = new Document(update.update());
          if (!increments.isEmpty()) {
            changed.append("$inc", increments);
          }
          return new UserUpdate(update.userId(), update.condition(), update.claims(), changed);
        }
      }),

  /** After a bulk error that names no failed row, the entries of all rows are removed. */
  TRUSTS_BULK_ERRORS(store ->
      new ChangedStore(store) {
        @Override
        public Appended append(List<Document> rows) {
          Appended appended = super.append(rows);
          boolean namesNone = appended.added().isEmpty() && appended.found().isEmpty();
          return namesNone ? new Appended(Set.of(), ids(rows)) : appended;
        }
      }),

  /** The outbox is emptied before its rows are written. */
  EMPTIES_FIRST(store ->
      new ChangedStore(store) {
        private final List<Document> unwritten = new ArrayList<>();

        @Override
        public Appended append(List<Document> rows) {
          unwritten.addAll(rows);
          return new Appended(ids(rows), Set.of());
        }

        @Override
        public void updateAll(List<UserUpdate> updates) {
          super.updateAll(updates);
          List<Document> rows = List.copyOf(unwritten);
          unwritten.clear();
          super.append(rows);
        }
      }),

  /** A row gets a new id whenever it is written. */
  ROWS_OF_NO_REQUEST(store ->
      new ChangedStore(store) {
        private int written;

        @Override
        public Appended append(List<Document> rows) {
          List<Document> renamed = new ArrayList<>();
          Map<String, String> names = new HashMap<>();
          for (Document row : rows) {
            String id = row.getString("_id");
            String name = id + "~late".repeat(++written);
            names.put(name, id);
            Document copy = new Document(row);
            copy.append("_id", name);
            renamed.add(copy);
          }
          Appended appended = super.append(renamed);
          Set<String> added = new HashSet<>();
          appended.added().forEach(name -> added.add(names.get(name)));
          return new Appended(added, Set.of());
        }
      }),

  /** A late charge takes the place of the expired hold in the outbox. */
  LATE_OVERWRITES(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          Document set = new Document();
          update
              .update()
              .get("$set", new Document())
              .forEach((path, value) -> set.append(path.replace("~late", ""), value));
          Document changed = new Document(update.update());
          if (!set.isEmpty()) {
            changed.append("$set", set);
          }
          return new UserUpdate(update.userId(), update.condition(), update.claims(), changed);
        }
      }),

  /** A late charge does not ask whether it was taken before. */
  LATE_TWICE(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          Document condition = new Document(update.condition());
          condition.keySet().removeIf(path -> path.endsWith("~late"));
          return new UserUpdate(update.userId(), condition, update.claims(), update.update());
        }
      }),

  /** Of reservations that are merged, each alone is compared with the balance. */
  CLAIMS_NOT_SUMMED(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          List<Claim> one = update.claims().stream().limit(1).toList();
          return new UserUpdate(update.userId(), update.condition(), one, update.update());
        }
      }),

  /** An update that matched nothing is taken for done. */
  EVERY_REPLY_IS_YES(store ->
      new ChangedStore(store) {
        @Override
        public boolean update(UserUpdate update) {
          super.update(update);
          return true;
        }
      }),

  /** A failed update is taken for done. */
  FAILURE_IS_YES(store ->
      new ChangedStore(store) {
        @Override
        public boolean update(UserUpdate update) {
          try {
            return super.update(update);
          } catch (com.mongodb.MongoException e) {
            return true;
          }
        }
      }),

  /** A charge without a hold is taken without asking whether its request has ended. */
  CHARGES_UNHELD_BLINDLY(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          boolean isCharge =
              update.update().get("$inc", new Document()).keySet().stream()
                  .anyMatch(path -> path.startsWith("gw.spent"));
          return isCharge && !update.claims().isEmpty()
              ? new UserUpdate(update.userId(), new Document(), update.claims(), update.update())
              : update;
        }
      }),

  /** A hold is released without a word in the outbox when it expires. */
  EXPIRES_SILENTLY(store ->
      new ChangedStore(store) {
        @Override
        UserUpdate changed(UserUpdate update) {
          boolean isExpiry =
              update.condition().keySet().stream().anyMatch(path -> path.endsWith(".x"));
          return isExpiry ? without(update, "$set", Paths.OUTBOX) : update;
        }
      });

  @SuppressWarnings("ImmutableEnumChecker") // state, if any, is that of the store it makes
  private final UnaryOperator<LedgerStore> mistake;

  Mutant(UnaryOperator<LedgerStore> mistake) {
    this.mistake = mistake;
  }

  UnaryOperator<LedgerStore> mistake() {
    return mistake;
  }

  private static Set<String> ids(List<Document> rows) {
    Set<String> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.getString("_id")));
    return ids;
  }

  /** The same update without what it does at {@code path} and below by one operator. */
  private static UserUpdate without(UserUpdate update, String operator, String path) {
    Document changed = new Document(update.update());
    Document left = new Document(changed.get(operator, new Document()));
    left.keySet().removeIf(name -> name.equals(path) || name.startsWith(path + '.'));
    if (left.isEmpty()) {
      changed.remove(operator);
    } else {
      changed.append(operator, left);
    }
    return new UserUpdate(update.userId(), update.condition(), update.claims(), changed);
  }
}
