package xyz.trollllm.billing.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bson.Document;

/**
 * One attempt at operations of one user whose updates fit together. Used by one thread.
 *
 * <p>A merged update that does not match is tried in parts and at last one by one; whoever still
 * does not match gets to see the user's document, read once for all of them.
 */
final class Batch {
  /** Into how many parts a merged update is taken that does not match. */
  private static final int PARTS = 8;

  private final List<Operation<?>> operations;
  private final Set<Operation<?>> open;
  private final List<Operation<?>> missed = new ArrayList<>();
  private final List<Operation<?>> again = new ArrayList<>();
  private final List<Operation<?>> later = new ArrayList<>();

  private Batch(List<Operation<?>> operations) {
    this.operations = operations;
    this.open = new LinkedHashSet<>(operations);
  }

  /** The longest run of operations that can be merged, in the order they came. */
  static Batch first(List<Operation<?>> waiting) {
    UpdateMerge merge = new UpdateMerge(waiting.getFirst().userId());
    int size = 0;
    while (size < waiting.size() && merge.add(waiting.get(size).update())) {
      size++;
    }
    return new Batch(List.copyOf(waiting.subList(0, size)));
  }

  int size() {
    return operations.size();
  }

  /**
   * Makes the attempt.
   *
   * @throws RuntimeException if the store did not answer; then {@link #fail} must follow
   */
  void run(LedgerStore store) {
    attempt(operations, store);
    if (!missed.isEmpty()) {
      look(store);
    }
  }

  private void attempt(List<Operation<?>> some, LedgerStore store) {
    boolean happened;
    try {
      happened = store.update(UpdateMerge.of(some.stream().map(Operation::update).toList()));
    } catch (RuntimeException e) {
      if (!isFinal(e)) {
        throw e;
      }
      if (some.size() == 1) {
        refuse(some.getFirst(), e);
        return;
      }
      happened = false;
    }
    if (happened) {
      some.forEach(open::remove);
      some.forEach(Operation::matched);
    } else if (some.size() == 1) {
      missed.add(some.getFirst());
    } else {
      int part = Math.ceilDiv(some.size(), PARTS);
      for (int from = 0; from < some.size(); from += part) {
        attempt(some.subList(from, Math.min(from + part, some.size())), store);
      }
    }
  }

  private void refuse(Operation<?> operation, RuntimeException e) {
    open.remove(operation);
    if (operation.refused(e)) {
      later.add(operation);
    }
  }

  private void look(LedgerStore store) {
    Document wanted = new Document();
    missed.forEach(operation -> wanted.putAll(operation.wantsToSee()));
    Document user = wanted.isEmpty() ? null : store.user(missed.getFirst().userId(), wanted);
    for (Operation<?> operation : missed) {
      boolean triesAgain;
      try {
        triesAgain = operation.missed(user);
      } catch (RuntimeException e) {
        if (!isFinal(e)) {
          throw e;
        }
        refuse(operation, e);
        continue;
      }
      open.remove(operation);
      if (triesAgain) {
        again.add(operation);
      }
    }
  }

  /** Tells those whose outcome is unknown; {@code pause} passes before the next attempt. */
  void fail(RuntimeException failure, Duration pause) {
    for (Operation<?> operation : List.copyOf(open)) {
      open.remove(operation);
      if (operation.failed(failure, pause)) {
        again.add(operation);
      }
    }
  }

  /** Operations to be tried again at once. */
  List<Operation<?>> again() {
    return again;
  }

  /** Operations to be tried again some time later. */
  List<Operation<?>> later() {
    return later;
  }

  /** Ends the operations that the attempt has left behind, because it died itself. */
  void abandonTheRest(String reason) {
    open.forEach(operation -> operation.abandoned(reason));
    open.clear();
  }

  /** Whether the store has answered, with an error that another attempt would meet again. */
  private static boolean isFinal(RuntimeException e) {
    return switch (e) {
      case MongoWriteException _ -> true;
      case MongoCommandException refused -> !refused.hasErrorLabel("RetryableWriteError");
      default -> !(e instanceof MongoException);
    };
  }
}
