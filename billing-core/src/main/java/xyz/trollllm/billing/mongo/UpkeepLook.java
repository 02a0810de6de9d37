package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.bson.Document;

/**
 * Upkeep that seems to be behind: when a store comes back after a long time, or the only instance
 * is started, seconds pass until rows are drained and holds are released. So users are looked at
 * again, for as long as that gets on, but no longer than two minutes: where requests are served all
 * the time something new may be behind at any time. Used by one thread.
 */
final class UpkeepLook {
  /** Each a second; holds are looked for every ten. */
  private static final int LOOKS_WITHOUT_PROGRESS = 20;

  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MOST_USERS = 1_000;

  private static final Set<Difference.Kind> UPKEEP =
      Set.of(Difference.Kind.NOT_DRAINED, Difference.Kind.ORPHAN_HOLD, Difference.Kind.NEXT_EXPIRY);

  private final AuditReads reads;
  private final BooleanSupplier pause;
  private final LongSupplier nanoTime;
  private final Map<String, List<Difference>> behind = new LinkedHashMap<>();

  /**
   * @param pause waits a while; false if the thread is to stop instead
   */
  UpkeepLook(AuditReads reads, BooleanSupplier pause) {
    this(reads, pause, System::nanoTime);
  }

  UpkeepLook(AuditReads reads, BooleanSupplier pause, LongSupplier nanoTime) {
    this.reads = reads;
    this.pause = pause;
    this.nanoTime = nanoTime;
  }

  static boolean pause() {
    return Pause.hasPassed(PAUSE);
  }

  /** Takes a user on; returns what is wrong at once. */
  List<Difference> first(UserBooks books) {
    List<Difference> late = upkeepOf(books);
    if (late.isEmpty() || behind.size() >= MOST_USERS) {
      return books.differences();
    }
    behind.put(books.userId(), late);
    return books.differences().stream().filter(difference -> !late.contains(difference)).toList();
  }

  private static List<Difference> upkeepOf(UserBooks books) {
    return books.differences().stream()
        .filter(difference -> UPKEEP.contains(difference.kind()))
        .toList();
  }

  /**
   * Waits for the upkeep of these users; returns what it did not do. It gets on when less is left
   * than ever before; less than just before may be what comes and goes.
   */
  List<Difference> remaining() {
    long began = nanoTime.getAsLong();
    int fewest = count();
    for (int idle = 0; !behind.isEmpty() && idle < LOOKS_WITHOUT_PROGRESS; idle++) {
      if (nanoTime.getAsLong() - began >= LONGEST.toNanos() || !pause.getAsBoolean()) {
        break;
      }
      lookAgain();
      if (count() < fewest) {
        fewest = count();
        idle = -1;
      }
    }
    return behind.values().stream().flatMap(List::stream).toList();
  }

  private void lookAgain() {
    behind.replaceAll((userId, _) -> {
      Document user = reads.user(userId);
      return user == null ? List.of() : upkeepOf(UserBooks.of(user));
    });
    behind.values().removeIf(List::isEmpty);
  }

  private int count() {
    return behind.values().stream().mapToInt(List::size).sum();
  }
}
